"""As many points of a curve as a picture has room for."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter

from lrcli.schedules.base import Schedule
from lrcli.values import dataclass

PER_COLUMN = 4
"""One column of the canvas gets at most this many points, apart from its first row."""

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

    `facts` is None where no row has a value. `metric` holds what a plateau looks at, `momentum` the momentum where the
    schedule moves it, both sampled like the curve.
    """

    name: str
    xs: tuple[int, ...]
    ys: tuple[float, ...]
    facts: Facts | None
    metric: SampledLine | None = None
    momentum: SampledLine | None = None


def rows_to_sample(schedule: Schedule, columns: int, start: int, stop: int) -> tuple[Sequence[int], set[int] | None]:
    """The rows to evaluate: all of a short run; else each column's first row, and breakpoints with the row before.

    The second value is the breakpoints with the ends, None where all rows are evaluated.
    """
    count = stop - start
    if count <= columns * PER_COLUMN:
        return range(start, stop), None
    edges = [start + i * (count - 1) // columns for i in range(columns + 1)]
    breaks = {start, stop - 1}
    for left, right in pairwise(edges):
        for at in schedule.breaks(max(left, 1), right + 1, PER_COLUMN // 2):
            breaks.update((max(at - 1, start), at))
    return sorted(breaks.union(edges)), breaks


def line_through(
    name: str,
    rows: Sequence[int],
    lrs: Sequence[float],
    breaks: set[int] | None,
    momenta: Sequence[float | None] | None = None,
) -> SampledLine:
    """The line through the values of the rows that `rows_to_sample` chose."""
    values = [lr if math.isfinite(lr) else math.nan for lr in lrs]
    momentum = None
    if momenta is not None:
        known = [math.nan if value is None else value for value in momenta]
        momentum = SampledLine("momentum", tuple(rows), tuple(known), _facts(rows, known, breaks))
    return SampledLine(name, tuple(rows), tuple(values), _facts(rows, lrs, breaks), momentum=momentum)


_SCALE = 2.0**-128


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
    if not math.isfinite(mean):  # a sum beyond the doubles, of rates that are not
        scaled = _facts(rows, [value * _SCALE for value in values], breaks)
        mean = math.nan if scaled is None else scaled.mean / _SCALE
    peak_exact = breaks is None or peak_at in breaks
    return Facts(known[0][1], peak, peak_at, values[-1], mean, peak_exact, breaks is None)


def _sum(values: Iterable[float]) -> float:
    try:
        return math.fsum(values)
    except OverflowError:
        return math.inf


class Thinned:
    """Takes rows in order; keeps the first, least, greatest and last value of each column, and the facts of all."""

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

    def line(self, name: str, metric: SampledLine | None = None, momentum: SampledLine | None = None) -> SampledLine:
        xs = tuple(x for x, _ in self._points)
        return SampledLine(name, xs, tuple(y for _, y in self._points), self.facts(), metric, momentum)


def _extremes(points: list[_Point]) -> list[_Point]:
    """The first, the least, the greatest and the last of some points, each once, in order; gaps only if all are."""
    known = sorted({point for point in points if not math.isnan(point[1])})
    if not known:
        return points[:1]
    chosen = {known[0], known[-1], min(known, key=itemgetter(1)), max(known, key=itemgetter(1))}
    return sorted(chosen)
