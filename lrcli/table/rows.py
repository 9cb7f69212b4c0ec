"""Specs -> a table as values: what its columns are called, and its rows in columnar chunks.

Up to `HEAD` rows are computed before the table exists; the rest is computed as a writer asks for it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from lrcli.schedules.base import Schedule, param_of, parameters
from lrcli.series.align import Part, aligned, common_grid, curve_names, group_names, stretched
from lrcli.series.curve import BLOCK, Progress, blocks, first_row
from lrcli.series.curve import columns as readings_of
from lrcli.spec import Spec

HEAD = 100_000
"""How many rows are computed before the first is written, so that a failure in them leaves no half of a table."""

FAR = 64
"""From how far apart rows of a formula are computed one by one, instead of with all those between them."""

Chunk = Sequence[Sequence[Any]]
"""Consecutive rows, column by column: one sequence of values per column, all equally long."""


@dataclass(frozen=True)
class Column:
    """A column's name and what it holds.

    kind is "index" (the epoch or step), "lr", "number" (a metric, a count) or "text" ("" for nothing). A number is None
    where the table has no value.
    """

    name: str
    kind: str = "lr"


@dataclass(frozen=True)
class Table:
    """A table: its columns, the rows computed so far, and those still to come (None: there are no more).

    `last` is the largest index that the table can hold, for the width of the first column.
    """

    columns: tuple[Column, ...]
    head: tuple[Chunk, ...]
    rest: Iterator[Chunk] | None = None
    last: int = 0

    @property
    def complete(self) -> bool:
        """Whether all rows are in `head`."""
        return self.rest is None

    @property
    def size(self) -> int:
        """How many rows are in `head`."""
        return sum(len(chunk[0]) for chunk in self.head)

    def chunks(self) -> Iterator[Chunk]:
        """All the rows, in order. Those of `rest` can be had once."""
        yield from self.head
        if self.rest is not None:
            yield from self.rest


def tabulate(
    specs: Sequence[Spec],
    *,
    start: int | None = None,
    stop: int | None = None,
    every: int = 1,
    changes: bool = False,
    events: bool = False,
    progress: Progress | None = None,
) -> Table:
    """The table of one spec, or of several side by side.

    start, stop: the rows start <= t < stop, in the table's unit (steps as soon as one spec counts steps).
    every: only every n-th of these rows, from the first.
    changes: of these only the first row and those in which a learning rate is not that of the row before.
    events: a last column with what happens in a row, in words.
    progress: is called with the rows that a replay has walked, and has to walk.

    Raises LrcliError for epochs against steps without steps_per_epoch.
    """
    grid = common_grid(specs)
    names = curve_names(specs) if len(specs) > 1 else ("",)
    sources = [replace(Source.of(*one), progress=progress) for one in zip(specs, names, grid.factors, strict=True)]
    low = grid.start if start is None else max(start, grid.start)
    high = grid.stop if stop is None else min(stop, grid.stop)
    columns = [Column(grid.unit, "index"), *chain.from_iterable(source.columns for source in sources)]

    logged = _logged(sources, low, high)
    if logged is not None:
        chunks = _only(_chunks(sources, low, high), logged[::every])
    elif every >= FAR and all(source.is_formula for source in sources):
        chunks = _points(sources, range(low, high, every))
    else:
        chunks = _every(_chunks(sources, low, high), low, every)
    if changes:
        chunks = _changes(chunks, [i for i, column in enumerate(columns) if column.kind == "lr"])
    if events:
        from lrcli.table.events import with_events

        columns.append(Column("event", "text"))
        chunks = with_events(chunks, sources)
    return _computed(tuple(columns), chunks, last=max(low, high - 1))


@dataclass(frozen=True)
class Source:
    """One run as columns of a table: its readings group by group, then what a plateau knows.

    factor: how many rows of the table one row of the run fills.
    traces: (group, key) of each of the plateau's columns.
    """

    spec: Spec
    name: str
    factor: int
    readings: tuple[str, ...]
    groups: tuple[str, ...]
    traces: tuple[tuple[int, str], ...]
    columns: tuple[Column, ...]
    progress: Progress | None = None

    @classmethod
    def of(cls, spec: Spec, name: str = "", factor: int = 1, readings: tuple[str, ...] = ()) -> Source:
        """The columns of a run, `name` before their names: all there are, or only these readings."""
        groups = group_names(spec.groups)
        prefix = f"{name}:" if name else ""
        traced, single = ((), True) if readings else _traced(spec)
        readings = readings or readings_of(spec)
        columns = [
            Column(f"{prefix}{reading}{'/' if group else ''}{group}") for group in groups for reading in readings
        ]
        for i, key in traced:
            suffix = "" if single or not groups[i] else f"/{groups[i]}"
            columns.append(Column(f"{prefix}{key}{suffix}", "number"))
        return cls(spec, name, factor, readings, groups, traced, tuple(columns))

    @property
    def is_formula(self) -> bool:
        """Whether any row can be computed without those before it."""
        return self.spec.emulation is None and not self.traces

    def parts(self, start: int, stop: int) -> Iterator[Part]:
        """The run's columns in the table's rows start <= t < stop, as far as the run has them."""
        first = max(start // self.factor, first_row(self.spec))
        last = min(-(-stop // self.factor), self.spec.length)
        return stretched(self._own_parts(first, last), self.factor) if first < last else iter(())

    def _own_parts(self, first: int, last: int) -> Iterator[Part]:
        traced, progress = bool(self.traces), self.progress
        for block in blocks(self.spec, self.readings, first, last, trace=traced, progress=progress):
            columns: list[Sequence[Any]] = [
                getattr(group, reading) for group in block.groups for reading in self.readings
            ]
            for i, key in self.traces:
                columns.append((block.groups[i].trace or {}).get(key) or [None] * block.size)
            yield Part(block.start, block.start + block.size, columns)


def _traced(spec: Spec) -> tuple[tuple[tuple[int, str], ...], bool]:
    """The plateau's columns of a run, and whether one set of them speaks for all groups."""
    first = first_row(spec)
    if first >= spec.length:
        return (), True
    (block,) = blocks(spec, (), first, first + 1, trace=True)
    traced = [i for i, group in enumerate(block.groups) if group.trace]
    if not traced:
        return (), True
    single = len({_shared(spec.groups[i].schedule) for i in traced}) == 1
    shown = traced[:1] if single else traced
    return tuple((i, key) for i in shown for key in block.groups[i].trace or ()), single


def _shared(schedule: Schedule) -> tuple[object, ...]:
    """The schedule's values without those that differ from group to group (a plateau's min_lr): they move no metric."""
    return (type(schedule), *(getattr(schedule, f.name) for f in parameters(schedule) if not param_of(f).per_group))


def _chunks(sources: Sequence[Source], low: int, high: int) -> Iterator[Chunk]:
    """The rows low <= t < high of all the sources."""
    size = BLOCK
    windows = [(t, min(t + size, high)) for t in range(low, high, size)]
    streams = [aligned(source.parts(low, high), len(source.columns), iter(windows)) for source in sources]
    for (start, stop), *several in zip(windows, *streams, strict=True):
        yield [range(start, stop), *chain.from_iterable(several)]


def _points(sources: Sequence[Source], rows: range) -> Iterator[Chunk]:
    """These rows of formulas, each computed by itself."""
    size = BLOCK
    for begin in range(0, len(rows), size):
        ts = rows[begin : begin + size]
        windows = [(t, t + 1) for t in ts]
        columns: list[Sequence[Any]] = [ts]
        for source in sources:
            parts = chain.from_iterable(source.parts(*window) for window in windows)
            single = aligned(parts, len(source.columns), windows)
            columns += [[value for (value,) in column] for column in zip(*single, strict=True)]
        yield columns


def _logged(sources: Sequence[Source], low: int, high: int) -> Sequence[int] | None:
    """The rows low <= t < high that some log has; None where no run is a log."""
    found = [(source, rows) for source in sources if (rows := source.spec.groups[0].schedule.rows()) is not None]
    if len(found) > 1 or any(source.factor > 1 for source, _ in found):
        return sorted({t * source.factor for source, rows in found for t in rows if low <= t * source.factor < high})
    return found[0][1][bisect_left(found[0][1], low) : bisect_left(found[0][1], high)] if found else None


def _only(chunks: Iterator[Chunk], rows: Sequence[int]) -> Iterator[Chunk]:
    """These rows, which increase."""
    at = 0
    for chunk in chunks:
        first, n = chunk[0][0], len(chunk[0])
        stop = bisect_left(rows, first + n, at)
        if stop - at == n:
            yield chunk
        elif stop > at:
            yield [[column[t - first] for t in rows[at:stop]] for column in chunk]
        at = stop


def _every(chunks: Iterator[Chunk], low: int, every: int) -> Iterator[Chunk]:
    """Every n-th row, from row `low`."""
    if every == 1:
        yield from chunks
        return
    for chunk in chunks:
        cut = slice((low - chunk[0][0]) % every, None, every)
        if picked := chunk[0][cut]:
            yield [picked, *(column[cut] for column in chunk[1:])]


def _changes(chunks: Iterator[Chunk], watched: Sequence[int]) -> Iterator[Chunk]:
    """The first row, and the rows in which a watched column is not what it was a row before."""
    before: list[Any] | None = None
    for chunk in chunks:
        keep = {0} if before is None else set()
        for n, i in enumerate(watched):
            column = chunk[i]
            previous = [column[0] if before is None else before[n], *column[:-1]]
            pairs = enumerate(zip(previous, column, strict=True))
            keep.update(t for t, (x, y) in pairs if x != y and (x == x or y == y))  # NaN after NaN is no change
        before = [chunk[i][-1] for i in watched]
        if keep:
            rows = sorted(keep)
            yield [[column[t] for t in rows] for column in chunk]


def _computed(columns: tuple[Column, ...], chunks: Iterator[Chunk], last: int) -> Table:
    """The table of these chunks, its first HEAD rows computed."""
    head: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if size >= HEAD:
            return Table(columns, tuple(head), chain([chunk], chunks), last)
        head.append(chunk)
        size += len(chunk[0])
    return Table(columns, tuple(head), None, last)
