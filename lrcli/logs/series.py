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
from lrcli.logs.columns import groups_in
from lrcli.logs.rounding import tolerance
from lrcli.printable import count_text
from lrcli.series.align import distinct_names
from lrcli.series.base import BLOCK, Readings, Series, Test, first_of
from lrcli.series.formula import SpecSeries
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

    def at(
        self, windows: Iterable[Sequence[int]], names: Sequence[str] = (), stop: int | None = None
    ) -> Iterator[tuple[Readings, ...]]:
        for rows in windows:
            yield tuple(Readings(lr=column) for column in self._columns_at(rows))

    def _columns_at(self, rows: Sequence[int]) -> list[Sequence[float | None]]:
        at = self.at_rows
        low = bisect_left(at, rows[0]) if rows else 0
        if at[low : low + len(rows)] == rows or not rows:  # they are consecutive in the log, too
            return [values[low : low + len(rows)] for values in self.values]
        places = [bisect_left(at, t) for t in rows]
        known = [place if place < len(at) and at[place] == t else None for place, t in zip(places, rows, strict=True)]
        return [[None if place is None else values[place] for place in known] for values in self.values]

    def first(self, test: Test) -> tuple[int | None, ...]:
        places = (first_of(values, 0, test) for values in self.values)
        return tuple(None if place is None else self.at_rows[place] for place in places)

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
        kind, digits = self.log.rounding.kind, self.log.rounding.digits
        words = {"full": "", "float32": "float32 numbers", "decimals": f"{digits} decimals"}
        return words.get(kind, f"{digits} significant digits")

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
    with_places = counted(log)
    n = longest(log) if run is None else run
    if not 1 <= n <= len(log.runs):
        raise LrcliError(f"'{log.name}' has {count_text(len(log.runs), 'run')}, there is no run {n}")
    chosen = log.runs[n - 1]
    positions = with_places.positions[chosen.start : chosen.stop]
    remarks = list(with_places.remarks)
    if len(log.runs) > 1:
        rows = f"{chosen.stop - chosen.start} of {len(log.positions)} rows"
        why = ", the longest" if run is None else ""
        remarks.append(f"run {n} of {len(log.runs)} is taken{why} ({rows}); --run N takes another")
    unit = "epoch" if with_places.unit == "epoch" else "step"
    at = whole_positions(positions)
    if at is None:
        remarks.append(f"the {with_places.unit}s are no whole numbers: the rows are counted instead, from 0")
        at, unit = range(len(positions)), "step"
    if at[0] < 0 or at[-1] >= FARTHEST:
        unit = with_places.unit
        raise LrcliError(f"{log.name}: the {unit} {at[0] if at[0] < 0 else at[-1]} is not a {unit} of a run")
    names = groups_in(list(log.lrs)[: 1 if only else None])
    groups = distinct_names(tuple(name if len(names) > 1 else None for name in names.values()))
    problems = tuple(Problem("log", f"{log.name}: {remark}") for remark in remarks)
    return LogSeries(log.name, unit, at[-1] + 1, groups, problems, log, chosen, tuple(names), at)
