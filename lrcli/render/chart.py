"""What is asked of a picture, and what it shows, as values: curves in the units of the x axis, whatever draws them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING

from lrcli.printable import number_text
from lrcli.series import Series
from lrcli.series.align import Grid, common_grid, curve_names
from lrcli.series.sample import Facts, SampledLine
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.reader import Declared

_SMOOTH = 4.0
"""Neighbouring changes of a smooth curve differ by less than this factor."""
_MANY = 50
"""The axis of a run of so many rows ends where the last row ends: nobody sees the room after a smooth curve."""

Point = tuple[float, float]
CurveRun = tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Look:
    """What a user asks of a picture's looks; None is the format's own choice.

    columns, lines: the terminal's size. ascii, color: whether only ASCII can be drawn there, and whether in colour.
    """

    title: str | None = None
    log: bool = False
    width: int | None = None
    height: int | None = None
    theme: str | None = None
    scale: float | None = None
    columns: int = 80
    lines: int = 23
    ascii: bool = False
    color: bool = False


@dataclass(frozen=True)
class Picture:
    """The runs to draw, each under the name that `curve_names` gives it, and what to say of them.

    Of each its `reading` is drawn, of all its parameter groups. ranges: the rows (start, stop) to draw of each run, in
    its own rows; None is all. percent: whether runs of different lengths lie over each other, each from 0 to 100.
    declared: what the specs were read from.
    """

    runs: Sequence[Series]
    look: Look = Look()
    ranges: Sequence[tuple[int, int]] | None = None
    percent: bool = False
    notes: Sequence[str] = ()
    declared: Sequence[Declared] = ()


@dataclass(frozen=True)
class Line:
    """One curve: its runs (pieces without a gap) as corners of a polyline.

    `unit` is what its own rows, and so `facts.peak_at`, count. `metric` are the runs of what a plateau looks at,
    `momentum` those of the momentum where the schedule moves it.
    """

    name: str
    runs: tuple[CurveRun, ...]
    facts: Facts | None
    unit: str = "epoch"
    metric: tuple[CurveRun, ...] = ()
    momentum: tuple[CurveRun, ...] = ()


@dataclass(frozen=True)
class Chart:
    """All curves of one plot. x counts `unit`s from `left` to `right`; steps_per_epoch is None where not known.

    The rows are whole numbers below `stop`; a row's value may be drawn up to there. `what` says what y is; a title of
    ours ends in it.
    """

    title: str
    lines: tuple[Line, ...]
    unit: str
    left: float
    right: float
    steps_per_epoch: int | None = None
    log: bool = False
    what: str = "learning rate"
    stop: float = math.inf


def facts_in_digits(facts: Facts, digits: int = 6) -> tuple[str, str, str, str]:
    """The first value, the peak, the last and the mean in so many digits, a ~ before what is not exact."""
    first, peak, last, mean = (number_text(x, digits) for x in (facts.first, facts.peak, facts.last, facts.mean))
    return first, peak if facts.peak_exact else f"~{peak}", last, mean if facts.mean_exact else f"~{mean}"


def panels_below(chart: Chart) -> list[tuple[str, list[tuple[CurveRun, ...]]]]:
    """What stands in panels of its own under the curves, line by line: the metric, and the momentum."""
    panels = [("metric", [line.metric for line in chart.lines]), ("momentum", [line.momentum for line in chart.lines])]
    return [(what, runs) for what, runs in panels if any(runs)]


def chart_of(picture: Picture, columns: int) -> Chart:
    """Sample the runs of a picture for a canvas of so many columns.

    Raises LrcliError where a schedule has no value, or epochs and steps share no axis.
    """
    percent, title = picture.percent, picture.look.title
    series = picture.runs
    grid = Grid("percent", 0, 100, (1,) * len(series)) if percent else common_grid(series)
    ranges = picture.ranges or [(run.start, run.stop) for run in series]
    readings = [run.reading for run in series]
    names = curve_names(series)
    labels = names
    if len(set(readings)) > 1:  # the title cannot say it
        labels = tuple(name if what == "lr" else f"{name}:{what}" for name, what in zip(names, readings, strict=True))
    lines: list[Line] = []
    right = -math.inf
    for run, name, (start, stop), factor in zip(series, labels, ranges, grid.factors, strict=True):
        for sampled in run.sampled(columns, start, stop):
            pieces = polyline(sampled, factor)
            metric = polyline(sampled.metric, factor, stairs=False) if sampled.metric else ()
            momentum = polyline(sampled.momentum, factor) if sampled.momentum else ()
            if percent:
                pieces, metric, momentum = (_in_percent(curve, start, stop) for curve in (pieces, metric, momentum))
            end = stop if stop - start >= _MANY else stop - 1
            right = max([right, end * factor, *(xs[-1] for xs, _ in pieces)])
            line_name = _line_name(name, sampled.name, len(series))
            lines.append(Line(line_name, pieces, sampled.facts, run.unit, metric, momentum))
    left = min(start * factor for (start, _), factor in zip(ranges, grid.factors, strict=True))
    if percent:
        left, right = 0, 100
    per_epoch = set() if percent else {run.steps_per_epoch for run in series}
    steps_per_epoch = per_epoch.pop() if len(per_epoch) == 1 else None
    what = _what(series, readings)
    if title is None:
        title = what if len(series) > 1 else f"{names[0]}: {what}"
    ends = [stop * factor for (_, stop), factor in zip(ranges, grid.factors, strict=True)]
    end_of_rows = math.inf if percent else max(ends)
    return Chart(
        title, tuple(lines), grid.unit, left, max(right, left + 1), steps_per_epoch, picture.look.log, what, end_of_rows
    )


def _in_percent(runs: Sequence[CurveRun], start: int, stop: int) -> tuple[CurveRun, ...]:
    """The runs with their positions as shares of the rows start <= t < stop."""
    return tuple((tuple((x - start) * 100 / (stop - start) for x in xs), ys) for xs, ys in runs)


def _line_name(run: str, group: str, runs: int) -> str:
    if not group:
        return run
    return group if runs == 1 else f"{run}/{group}"


def _what(runs: Sequence[Series], readings: Sequence[str]) -> str:
    reading = readings[0] if len(set(readings)) == 1 else "lr"
    what = "learning rate" if reading == "lr" else reading
    return what if len(runs) > 1 or not runs[0].label else f"{what} in {runs[0].label}"


def polyline(line: SampledLine, factor: float = 1, *, stairs: bool = True) -> tuple[CurveRun, ...]:
    """The corners of a curve, run by run: smooth pieces as lines, jumps as stairs that hold a row's value to the next.

    A change from one row to the next is a jump if neither of the changes beside it is at all like it. Positions are
    multiplied by `factor`. Without `stairs` there are no jumps: what was measured is joined by straight lines.
    """
    runs: list[CurveRun] = []
    points: list[tuple[int, float]] = []
    for x, y in zip((*line.xs, 0), (*line.ys, math.nan), strict=True):
        if not math.isnan(y):
            points.append((x, y))
        elif points:
            runs.append(_corners(points, factor) if stairs else _joined(points, factor))
            points = []
    return tuple(runs)


def _corners(points: Sequence[tuple[int, float]], factor: float) -> CurveRun:
    pairs = list(pairwise(points))
    changes = [((b - a) / (t - s), _log_change(s, a, t, b)) for (s, a), (t, b) in pairs]
    corners = [points[0]]
    held = True
    for i, ((s, a), (t, b)) in enumerate(pairs):
        beside = [changes[k] for k in (i - 1, i + 1) if 0 <= k < len(changes)]
        jump = t - s == 1 and a != b and not any(_alike(changes[i], other) for other in beside)
        if jump:
            corners.append((t, a))
        corners.append((t, b))
        held = jump or a == b
    if held:
        corners.append((points[-1][0] + 1, points[-1][1]))
    return tuple(x * factor for x, _ in corners), tuple(y for _, y in corners)


def _joined(points: Sequence[tuple[int, float]], factor: float) -> CurveRun:
    return tuple(x * factor for x, _ in points), tuple(y for _, y in points)


def extremes(points: Sequence[Point], most: int) -> list[Point]:
    """The lowest and the highest point of each of so many stretches, and both ends, where there are more than that.

    >>> extremes([(0, 5), (1, 9), (2, 7), (3, 1), (4, 2), (5, 3), (6, 4)], 2)
    [(0, 5), (1, 9), (3, 1), (4, 2), (6, 4)]
    """
    if len(points) <= 2 * most:
        return list(points)
    size = -(-len(points) // most)
    stretches = [sorted(points[i : i + size], key=itemgetter(1)) for i in range(0, len(points), size)]
    kept = {points[0], points[-1], *(point for stretch in stretches for point in (stretch[0], stretch[-1]))}
    return sorted(kept)


def _log_change(s: int, a: float, t: int, b: float) -> float:
    return math.log(b / a) / (t - s) if a > 0 and b > 0 and b / a > 0 else 0.0


def _alike(change: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two changes could belong to one smooth curve, on a linear or on a logarithmic axis."""
    return any(x * y > 0 and 1 / _SMOOTH <= x / y <= _SMOOTH for x, y in zip(change, other, strict=True))
