"""Spec -> as many points as a picture has room for, without walking a formula's steps."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import itemgetter

from lrcli.schedules.base import Schedule
from lrcli.series import align
from lrcli.series.curve import BLOCK, blocks, formula_lrs
from lrcli.spec import Group, Spec

PER_COLUMN = 4
"""How many points one column of the canvas gets at most, apart from its first row."""

Progress = Callable[[int, int], None]
_Point = tuple[int, float]


@dataclass(frozen=True)
class Facts:
    """A curve in numbers, of the rows that have a finite value; only `last` may be another, where a run diverges.

    Where not all rows were evaluated, `mean_exact` is False, and `peak_exact` unless the peak is where one must be: at
    an end or a breakpoint.
    """

    first: float
    peak: float
    peak_at: int
    last: float
    mean: float
    peak_exact: bool = True
    mean_exact: bool = True


@dataclass(frozen=True)
class SampledLine:
    """One curve of a plot: its values `ys` at the rows `xs`, which increase; NaN is a gap.

    `facts` is None where no row has a value. `metric` holds what a plateau looks at, sampled like the curve.
    """

    name: str
    xs: tuple[int, ...]
    ys: tuple[float, ...]
    facts: Facts | None
    metric: SampledLine | None = None


def sample(
    spec: Spec, columns: int, start: int, stop: int, reading: str = "lr", progress: Progress | None = None
) -> tuple[SampledLine, ...]:
    """One line per parameter group: the rows start <= t < stop of a spec, for a canvas of that many columns.

    A formula is evaluated at the columns' first rows and at its breakpoints, a few per column at most, so a billion
    steps cost as much as a hundred epochs. A replay and a plateau have to be walked, in constant memory; `progress` is
    then called with (rows done, rows in all).
    """
    names = align.group_names(spec.groups)
    logged = spec.groups[0].schedule.rows()
    if logged is not None:
        shown = logged[bisect_left(logged, start) : bisect_left(logged, stop)]
        return tuple(
            _sample_logged(name, group.schedule, shown, columns) for name, group in zip(names, spec.groups, strict=True)
        )
    if spec.emulation is None and not any(_has_memory(group) for group in spec.groups):
        return tuple(
            _sample_formula(name, group, columns, start, stop, spec.interval)
            for name, group in zip(names, spec.groups, strict=True)
        )
    return _sample_walk(spec, names, columns, start, stop, reading, progress)


def _has_memory(group: Group) -> bool:
    return not group.schedule.stands_alone()


def _sample_formula(name: str, group: Group, columns: int, start: int, stop: int, unit: str) -> SampledLine:
    rows, breaks = _chosen_rows(group.schedule, columns, start, stop)
    if breaks is None:
        lrs = formula_lrs(group, start, stop, unit)
    else:
        lrs = [formula_lrs(group, t, t + 1, unit)[0] for t in rows]
    values = [lr if math.isfinite(lr) else math.nan for lr in lrs]
    return SampledLine(name, tuple(rows), tuple(values), _facts(rows, lrs, breaks))


def _sample_logged(name: str, schedule: Schedule, rows: Sequence[int], columns: int) -> SampledLine:
    """What a log holds in these rows, thinned where they are many; there is no gap where nothing was logged."""
    curve = _Thinned(columns, 0, len(rows))
    for low in range(0, len(rows), BLOCK):
        values = [schedule.lr_at(t, 0.0) for t in rows[low : low + BLOCK]]
        curve.add(low, [None if math.isnan(value) else value for value in values])
    line = curve.line(name)
    facts = line.facts and replace(line.facts, peak_at=rows[line.facts.peak_at])
    return replace(line, xs=tuple(rows[i] for i in line.xs), facts=facts)


def _chosen_rows(schedule: Schedule, columns: int, start: int, stop: int) -> tuple[Sequence[int], set[int] | None]:
    """The rows to evaluate: all of a short run; else each column's first row, and breakpoints with the row before.

    The second value is the breakpoints with the ends, None where all rows are evaluated.
    """
    count = stop - start
    if count <= columns * PER_COLUMN:
        return range(start, stop), None
    edges = [start + i * (count - 1) // columns for i in range(columns + 1)]
    breaks = {start, stop - 1}
    for left, right in pairwise(edges):
        t = max(left, 1)
        for _ in range(PER_COLUMN // 2):
            at = schedule.next_break(t)
            if at is None or at > right:
                break
            breaks.update((max(at - 1, start), at))
            t = at + 1
    return sorted(breaks.union(edges)), breaks


def _facts(rows: Sequence[int], values: Sequence[float], breaks: set[int] | None) -> Facts | None:
    known = [(t, value) for t, value in zip(rows, values, strict=True) if math.isfinite(value)]
    if not known:
        return None
    peak_at, peak = max(known, key=lambda point: point[1])
    if breaks is None:
        mean = _sum(value for _, value in known) / len(known)
    else:
        # the trapezoidal rule, which is exact for constant and linear pieces between breakpoints
        area = _sum((b - a) * (x + y) / 2 for (a, x), (b, y) in pairwise(known))
        mean = (area + (known[0][1] + known[-1][1]) / 2) / (known[-1][0] - known[0][0] + 1)
    peak_exact = breaks is None or peak_at in breaks
    return Facts(known[0][1], peak, peak_at, values[-1], mean, peak_exact, breaks is None)


def _sum(values: Iterable[float]) -> float:
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


def _sample_walk(
    spec: Spec,
    names: Sequence[str],
    columns: int,
    start: int,
    stop: int,
    reading: str,
    progress: Progress | None,
) -> tuple[SampledLine, ...]:
    curves = [_Thinned(columns, start, stop) for _ in names]
    metrics = [_Thinned(columns, start, stop) for _ in names]
    for block in blocks(spec, (reading,), start, stop, trace=True):
        for i, group in enumerate(block.groups):
            values = getattr(group, reading)
            curves[i].add(block.start, [None] * block.size if values is None else values)
            if group.trace and "metric" in group.trace:
                metrics[i].add(block.start, group.trace["metric"])
        if progress:
            progress(block.start + block.size - start, stop - start)
    return tuple(
        replace(curve.line(name), metric=metric.line("metric") if metric.facts() else None)
        for name, curve, metric in zip(names, curves, metrics, strict=True)
    )


class _Thinned:
    """Takes consecutive rows, keeps the first, least, greatest and last value of each column, and the facts of all."""

    def __init__(self, columns: int, start: int, stop: int) -> None:
        count = stop - start
        self._start, self._count = start, count
        self._columns = count if count <= columns * PER_COLUMN else columns
        self._column = -1
        self._points: list[_Point] = []
        self._kept = 0  # the points of the columns before this one end here
        self._known = 0
        self._total = 0.0
        self._first = self._last = math.nan
        self._peak: _Point = (0, -math.inf)

    def add(self, t: int, values: Sequence[float | None]) -> None:
        """The values of the rows from t on."""
        at = 0
        while at < len(values):
            column = (t + at - self._start) * self._columns // self._count
            border = self._start - (-(column + 1) * self._count // self._columns)
            end = min(len(values), border - t)
            if column != self._column:
                self._column, self._kept = column, len(self._points)
            self._points[self._kept :] = _extremes(self._points[self._kept :] + self._piece(t + at, values[at:end]))
            at = end

    def _piece(self, t: int, values: Sequence[float | None]) -> list[_Point]:
        """The points to keep of a few rows, which are counted."""
        present = [v for v in values if v is not None]
        self._last = present[-1] if present else self._last
        known = [v for v in present if math.isfinite(v)]
        if not known:
            return [(t, math.nan)]
        low, high = min(known), max(known)
        if not self._known:
            self._first = known[0]
        self._known += len(known)
        self._total += _sum(known)
        at_high = t + values.index(high)
        if high > self._peak[1]:
            self._peak = (at_high, high)
        ends = [(t, values[0]), (t + len(values) - 1, values[-1])]
        points = [(at, v) for at, v in ends if v is not None and math.isfinite(v)]
        return [*points, (t + values.index(low), low), (at_high, high)]

    def facts(self) -> Facts | None:
        """The facts of all rows so far; None where no row has a value."""
        if not self._known:
            return None
        return Facts(self._first, self._peak[1], self._peak[0], self._last, self._total / self._known)

    def line(self, name: str) -> SampledLine:
        """What was kept."""
        xs = tuple(x for x, _ in self._points)
        return SampledLine(name, xs, tuple(y for _, y in self._points), self.facts())


def _extremes(points: list[_Point]) -> list[_Point]:
    """The first, the least, the greatest and the last of some points, each once, in order; gaps only if all are."""
    known = sorted({point for point in points if not math.isnan(point[1])})
    if not known:
        return points[:1]
    chosen = {known[0], known[-1], min(known, key=itemgetter(1)), max(known, key=itemgetter(1))}
    return sorted(chosen)
