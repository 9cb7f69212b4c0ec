"""A run of a log as numbers: it has a value in the rows that were logged, and in no other."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from lrcli.errors import LrcliError, Problem
from lrcli.logs import FARTHEST, Log, Run
from lrcli.logs.axis import counted, rows_in, whole_positions
from lrcli.logs.columns import family, group
from lrcli.logs.rounding import tolerance
from lrcli.series.base import BLOCK, Block, Readings, Series, Test
from lrcli.series.formula import SpecSeries
from lrcli.series.names import distinct_names
from lrcli.series.sample import SampledLine, Thinned


@dataclass(frozen=True, eq=False)
class LogSeries(Series):
    """The learning-rate columns of one run of a log, each of them a parameter group.

    columns: their names in the log. at_rows: the row of the curve that each row of the log is.
    """

    name: str
    unit: str
    stop: int
    groups: tuple[str, ...]
    remarks: tuple[Problem, ...]
    log: Log
    run: Run
    columns: tuple[str, ...]
    at_rows: Sequence[int]

    label = ""
    arithmetic = "log"
    steps_per_epoch = None
    readings = ("lr",)
    reading = "lr"
    jumps = True
    is_record = True

    @property
    def start(self) -> int:  # type: ignore[override]
        return self.at_rows[0]

    @property
    def rows(self) -> Sequence[int]:
        return self.at_rows

    def renamed(self, name: str) -> Series:
        return replace(self, name=name)

    def until(self, stop: int) -> Series:
        return replace(self, stop=stop)

    @cached_property
    def values(self) -> tuple[Sequence[float | None], ...]:
        """What was logged, group by group and row by row."""
        columns = (self.log.lrs[column] for column in self.columns)
        if self.run == Run(0, len(self.log.positions)):
            return tuple(columns)
        return tuple(column[self.run.start : self.run.stop] for column in columns)

    def blocks(self, names: Sequence[str] = (), start: int | None = None, stop: int | None = None) -> Iterator[Block]:
        first = self.start if start is None else start
        last = self.stop if stop is None else stop
        windows = [(t, min(t + BLOCK, last)) for t in range(first, last, BLOCK)]
        for (low, high), groups in zip(windows, self.at((range(*window) for window in windows), names), strict=True):
            yield Block(low, high, groups)

    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        """What was logged in the rows of each window, None where nothing was."""
        for rows in windows:
            indices = self._indices(rows)
            yield tuple(
                Readings(lr=values[indices] if isinstance(indices, slice) else _chosen(values, indices))
                for values in self.values
            )

    def _indices(self, rows: Sequence[int]) -> slice | list[int | None]:
        """Where these rows stand in the log: a slice where they are consecutive there, None for what is not there."""
        if not rows:
            return slice(0, 0)
        at = self.at_rows
        low = bisect_left(at, rows[0])
        if at[low : low + len(rows)] == rows:
            return slice(low, low + len(rows))
        places: list[int | None] = []
        for t in rows:
            low = bisect_left(at, t, low)
            places.append(low if low < len(at) and at[low] == t else None)
        return places

    def first(self, test: Test) -> tuple[int | None, ...]:
        found = []
        for values in self.values:
            places = (i for i, value in enumerate(values) if value is not None and test(value))
            place = next(places, None)
            found.append(None if place is None else self.at_rows[place])
        return tuple(found)

    def sampled(self, columns: int, start: int, stop: int) -> tuple[SampledLine, ...]:
        """What was logged, thinned where it is much; there is no gap where nothing was logged."""
        low, high = bisect_left(self.at_rows, start), bisect_left(self.at_rows, stop)
        rows = self.at_rows[low:high]
        lines = []
        for name, values in zip(self.groups, self.values, strict=True):
            curve = Thinned(columns, 0, len(rows))
            for i in range(low, high, BLOCK):
                part = values[i : min(i + BLOCK, high)]
                curve.add(i - low, [None if value is None or math.isnan(value) else value for value in part])
            line = curve.line(name)
            facts = line.facts and replace(line.facts, peak_at=rows[line.facts.peak_at])
            lines.append(replace(line, xs=tuple(rows[i] for i in line.xs), facts=facts))
        return tuple(lines)

    @cached_property
    def peak(self) -> float:  # type: ignore[override]
        return max(map(_peak_of, self.values), default=0.0)

    @property
    def precision(self) -> str:  # type: ignore[override]
        rounding = self.log.rounding
        if rounding.kind == "full":
            return ""
        if rounding.kind == "float32":
            return "float32 numbers"
        return f"{rounding.digits} {'decimals' if rounding.kind == 'decimals' else 'significant digits'}"

    def tolerance(self, value: float, peak: float) -> float:
        return tolerance(value, self.log.rounding, peak)

    def rows_in(self, other: Series) -> Sequence[int]:
        if isinstance(other, SpecSeries):
            return rows_in(other.spec, self.log, self.run.start, self.run.stop)
        if self.unit != other.unit:
            raise LrcliError(f"'{self.name}' counts {self.unit}s and '{other.name}' counts {other.unit}s")
        return self.at_rows

    def left_out(self) -> str:
        runs = self.log.runs
        if len(runs) < 2:
            return ""
        left = len(self.log.positions) - (self.run.stop - self.run.start)
        n = runs.index(self.run) + 1
        return f"of the {len(runs)} runs in {self.name} only run {n} was compared, {left} rows were not"


def _chosen(values: Sequence[float | None], places: Sequence[int | None]) -> list[float | None]:
    return [None if i is None else values[i] for i in places]


def longest(log: Log) -> int:
    """The number of the longest run, counted from 1; of several the first."""
    return max(range(len(log.runs)), key=lambda i: log.runs[i].stop - log.runs[i].start) + 1


def _peak_of(column: Sequence[float | None]) -> float:
    """The largest finite magnitude of a column. A sum that is finite has no part that is not, and costs little."""
    with suppress(TypeError, OverflowError, ValueError):
        if column and math.isfinite(math.fsum(column)):  # type: ignore[arg-type]
            return max(max(column), -min(column))  # type: ignore[type-var, operator, return-value]
    return max((abs(value) for value in column if value is not None and math.isfinite(value)), default=0.0)


def series_of_log(log: Log, *, run: int | None = None, only: bool = False) -> LogSeries:
    """A run of the log, with the log's remarks.

    run: its number, from 1; the longest if None. only: just the first column, not the other parameter groups of it.
    Raises LrcliError where the log has no such run.
    """
    meant, log = log, counted(log)
    n = longest(log) if run is None else run
    if not 1 <= n <= len(log.runs):
        raise LrcliError(f"'{log.name}' has {len(log.runs)} run{'s' * (len(log.runs) > 1)}, there is no run {n}")
    chosen = log.runs[n - 1]
    positions = log.positions[chosen.start : chosen.stop]
    remarks = [f"{log.name}: {remark}" for remark in log.remarks]
    if len(log.runs) > 1:
        rows = f"{chosen.stop - chosen.start} of {len(log.positions)} rows"
        why = ", the longest" if run is None else ""
        remarks.append(f"{log.name}: run {n} of {len(log.runs)} is taken{why} ({rows}); --run N takes another")
    unit = "epoch" if log.unit == "epoch" else "step"
    at: Sequence[int] = range(len(positions))
    places = whole_positions(positions)
    if places is not None:
        at = places
    else:
        remarks.append(f"{log.name}: the {log.unit}s are no whole numbers: the rows are counted instead, from 0")
        unit = "step"
    if at[0] < 0 or at[-1] >= FARTHEST:
        raise LrcliError(f"{log.name}: the {log.unit} {at[0] if at[0] < 0 else at[-1]} is not a {log.unit} of a run")
    names = list(log.lrs)
    names = names[:1] if only else [name for name in names if family(name) == family(names[0])]
    groups = tuple(group(name) or name if len(names) > 1 else None for name in names)
    stop, columns = at[-1] + 1, tuple(names)
    said = tuple(Problem("log", remark) for remark in remarks)
    return LogSeries(log.name, unit, stop, distinct_names(groups), said, meant, chosen, columns, at)
