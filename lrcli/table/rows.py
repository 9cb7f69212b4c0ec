"""Runs -> a table as values: what its columns are called, its rows in columnar chunks, and what happens in them.

Up to `HEAD` rows are computed before the table exists; the rest is computed as a writer asks for it.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from lrcli.progress import report_progress
from lrcli.series import BLOCK, Series, series_of
from lrcli.series.align import common_grid, curve_names, on_grid
from lrcli.spec import Spec
from lrcli.table import Chunk, Column, Table
from lrcli.values import dataclass

HEAD = 100_000
"""This many rows are computed before the first is written, so that a failure in them leaves no half of a table."""


_APART = 1e-9
"""Readings that are closer than this (relative) count as one: rounding is no event."""

_NAMED = 3
"""At most this many runs or groups are named in an event."""


def tabulate(
    runs: Sequence[Spec | Series],
    *,
    start: int | None = None,
    stop: int | None = None,
    every: int = 1,
    changes: bool = False,
    events: bool = False,
    momentum: bool = False,
    rows: Sequence[int] | None = None,
) -> Table:
    """The table of one run, or of several side by side.

    start, stop: the rows start <= t < stop, in the table's unit (steps as soon as one run counts steps). Beside a log
        only those that were logged are rows.
    every: only every n-th of these rows, from the first.
    changes: of these only the first row and those in which a learning rate is not that of the row before.
    events: a last column with what happens in a row, in words.
    momentum: a column with the momentum of each group whose schedule moves it.
    rows: just these of all rows, in order.

    Raises LrcliError for epochs against steps without steps_per_epoch.
    """
    series = [series_of(run) for run in runs]
    grid = common_grid(series)
    names = curve_names(series) if len(series) > 1 else ("",)
    sources = [
        _Source.of(run, name, factor, momentum) for run, name, factor in zip(series, names, grid.factors, strict=True)
    ]
    low = grid.start if start is None else max(start, grid.start)
    high = grid.stop if stop is None else min(stop, grid.stop)
    columns = [Column(grid.unit, "index"), *chain.from_iterable(source.columns for source in sources)]
    chunks = _chunks(sources, (_rows(sources, low, high) if rows is None else rows)[::every])
    if changes:
        chunks = _changes(chunks, [i for i, column in enumerate(columns) if column.kind == "lr"])
    if events:
        columns.append(Column("event", "text"))
        tellers = []
        offset = 1
        for source in sources:
            tellers.append(Teller(source.run, source.name, source.factor, source.marked(offset)))
            offset += len(source.columns)
        chunks = with_events(chunks, tellers)
    return _computed(tuple(columns), chunks, last=max(low, high - 1))


@dataclass(frozen=True)
class _Source:
    """One run as columns of a table: its readings group by group, then the momentum, then what a plateau knows.

    factor: how many rows of the table one row of the run fills. names: the columns to ask the run for. moving: the
    groups that have a column for their momentum.
    """

    run: Series
    name: str
    factor: int
    names: tuple[str, ...]
    columns: tuple[Column, ...]
    moving: tuple[int, ...] = ()

    @classmethod
    def of(cls, run: Series, name: str, factor: int, momentum: bool = False) -> _Source:
        prefix = f"{name}:" if name else ""
        suffixes = [f"/{group}" if group else "" for group in run.groups]
        columns = [Column(f"{prefix}{reading}{suffix}") for suffix in suffixes for reading in run.readings]
        moving = run.moving if momentum and "momentum" not in run.readings else ()
        columns += [Column(f"{prefix}momentum{suffixes[i]}", "number") for i in moving]
        for trace in run.traces:
            columns.append(Column(f"{prefix}{trace.key}{'' if trace.shared else suffixes[trace.group]}", "number"))
        names = (*run.readings, *["momentum"] * bool(moving), *dict.fromkeys(trace.key for trace in run.traces))
        return cls(run, name, factor, names, tuple(columns), moving)

    def values(self, windows: Iterator[Sequence[int]]) -> Iterator[list[Sequence[Any]]]:
        """The values of the columns in the rows of each window, None where the run has no such row."""
        for groups in on_grid(self.run, self.factor, windows, self.names):
            readings = [group[name] for group in groups for name in self.run.readings]
            readings += [groups[i]["momentum"] for i in self.moving]
            yield [*readings, *(groups[trace.group][trace.key] for trace in self.run.traces)]

    def marked(self, offset: int) -> list[tuple[int, int]]:
        """Where in the table, from column `offset` on, "lr" and "get_lr" of each group stand; () without the latter."""
        readings = self.run.readings
        if "get_lr" not in readings:
            return []
        firsts = range(offset, offset + len(self.run.groups) * len(readings), len(readings))
        return [(first, first + readings.index("get_lr")) for first in firsts]


def _rows(sources: Sequence[_Source], low: int, high: int) -> Sequence[int]:
    """The rows of the table: where some run is a log, those that it has."""
    records = [source for source in sources if source.run.is_record]
    if not records:
        return range(low, high)
    if len(records) == 1 and records[0].factor == 1:
        rows = records[0].run.rows
        return rows[bisect_left(rows, low) : bisect_left(rows, high)]
    return sorted({t * log.factor for log in records for t in log.run.rows if low <= t * log.factor < high})


def _chunks(sources: Sequence[_Source], rows: Sequence[int]) -> Iterator[Chunk]:
    def windows() -> Iterator[Sequence[int]]:
        return (rows[i : i + BLOCK] for i in range(0, len(rows), BLOCK))

    for window, *several in zip(windows(), *(source.values(windows()) for source in sources), strict=True):
        yield [window, *chain.from_iterable(several)]


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


def _reported(chunks: Iterator[Chunk], last: int) -> Iterator[Chunk]:
    for chunk in chunks:
        yield chunk
        report_progress(chunk[0][-1], last)


def _computed(columns: tuple[Column, ...], chunks: Iterator[Chunk], last: int) -> Table:
    """The table of these chunks, its first HEAD rows computed."""
    head: list[Chunk] = []
    size = 0
    for chunk in chunks:
        if size >= HEAD:
            return Table(columns, tuple(head), _reported(chain([chunk], chunks), last), last)
        head.append(chunk)
        size += len(chunk[0])
    return Table(columns, tuple(head), None, last)


def with_events(chunks: Iterator[Chunk], tellers: Sequence[Teller]) -> Iterator[Chunk]:
    """The chunks with a last column that tells what happens: milestones, restarts, and where get_lr() is not the LR.

    What happens in all runs, or in all groups of a run, is said once; else with the name of the run or group.
    """
    names = [teller.name for teller in tellers]
    for chunk in chunks:
        events = [teller.tell(chunk) for teller in tellers]
        merged = events[0] if len(events) == 1 else [_merged(names, row) for row in zip(*events, strict=True)]
        yield [*chunk, merged]


class Teller:
    """The events of one run, row after row: a mark that holds for a stretch of rows is set on its first.

    factor: how many rows of the table one row of the run fills. marked: where in the table "lr" and "get_lr" of each
    group stand, nothing where there is no get_lr.
    """

    def __init__(self, run: Series, name: str, factor: int, marked: Sequence[tuple[int, int]]) -> None:
        self.run, self.name, self.factor, self.marked = run, name, factor, marked
        unnamed = [bool(group) and group == str(i) for i, group in enumerate(run.groups)]
        self.groups = [f"group {group}" if bare else group for group, bare in zip(run.groups, unnamed, strict=True)]
        self.apart = [False] * len(run.groups)

    def tell(self, chunk: Chunk) -> list[str]:
        changes = []
        for n, row in enumerate(chunk[0]):
            t, rest = divmod(row, self.factor)
            if rest or not self.run.start <= t < self.run.stop:
                changes.append("")
                continue
            texts = self.run.events(t)
            for i, (lr, get_lr) in enumerate(self.marked):
                texts[i] = self._with_mark(i, texts[i], chunk[lr][n], chunk[get_lr][n])
            changes.append(_merged(self.groups, texts))
        return changes

    def _with_mark(self, i: int, text: str, lr: float | None, get_lr: float | None) -> str:
        """The event of group i, and a word on get_lr() where it is not the LR: at each event, and where that begins."""
        apart = lr is not None and get_lr is not None and not math.isclose(lr, get_lr, rel_tol=_APART)
        begins = apart and (bool(text) or not self.apart[i])
        self.apart[i] = apart
        if not begins or lr is None or get_lr is None:
            return text
        factor = self.run.factor(i)
        doubled = factor is not None and math.isclose(get_lr, lr * factor, rel_tol=_APART)
        mark = "double gamma" if doubled else "get_lr() is not the LR"
        return f"{text}; {mark}" if text else mark


def _merged(names: Sequence[str], texts: Sequence[str]) -> str:
    """One text for all. What happens in all is said once; else with the names of those in which it does.

    >>> _merged(["a", "b"], ["decay x0.1", "decay x0.1; restart"])
    'decay x0.1; b: restart'
    """
    if len(set(texts)) == 1:
        return texts[0]
    where: dict[str, list[str]] = {}
    for name, text in zip(names, texts, strict=True):
        for event in text.split("; ") if text else ():
            where.setdefault(event, []).append(name)
    changes = []
    for event, who in where.items():
        if len(who) == len(names):
            changes.append(event)
        else:
            changes.append(f"{', '.join(who) if len(who) <= _NAMED else f'{len(who)} of {len(names)}'}: {event}")
    return "; ".join(changes)
