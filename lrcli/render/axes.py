"""The axes of a plot: what they show, where their ticks stand, and what is written beside those."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

from lrcli.printable import number_text
from lrcli.render.canvas import Area, Polyline, StyledText
from lrcli.render.chart import Chart, panels_below
from lrcli.values import dataclass

_DIM = "2"
_FLOOR = 12
"""A logarithmic axis shows stray values at most so many decades below the peak."""
_GREATEST = 1.79e308
_NOISE = 1e-9
"""Curves that differ by less are constant: an axis that zooms in on rounding errors shows nothing."""


_LEAST_POWER, _GREATEST_POWER = math.log10(5e-324), math.log10(sys.float_info.max)
"""All doubles are between these powers of ten."""


@dataclass(frozen=True)
class YAxis:
    """The values at the edges of a panel of so many rows, and its ticks with their labels."""

    bottom: float
    top: float
    ticks: tuple[tuple[float, str], ...]
    height: int


def linear_axis(curves: Sequence[Sequence[Polyline]], height: int, *, zero: bool = True) -> YAxis:
    """From zero, unless the curves use little of the way from there, or `zero` means nothing to them."""
    values = [y for runs in curves for _, ys in runs for y in ys]
    bottom, top = min(values, default=0.0), max(values, default=0.0)
    if top - bottom <= _NOISE * max(abs(bottom), abs(top)):
        bottom, top = max(min(0.0, 2 * bottom), -_GREATEST), min(max(0.0, 2 * top), _GREATEST)
    elif zero and bottom > 0 and top - bottom > 0.3 * top:
        bottom = 0.0
    if bottom == top:
        top = 1.0
    ticks = linear_ticks(bottom, top, _tick_count(height))
    return YAxis(bottom, top, tuple(zip(ticks, value_labels(ticks), strict=True)), height)


def log_axis(curves: Sequence[Sequence[Polyline]], height: int) -> YAxis:
    """For curves that are log10 of their values."""
    values = [y for runs in curves for _, ys in runs for y in ys]
    bottom, top = min(values, default=-1.0), max(values, default=-1.0)
    if top - bottom <= _NOISE:
        bottom, top = bottom - 1, top + 1
    ticks = log_ticks(bottom, top, _tick_count(height))
    return YAxis(bottom, top, tuple((math.log10(tick), number_text(tick)) for tick in ticks), height)


@dataclass(frozen=True)
class Content:
    """What a panel shows: all the curves, in the values of its axis. The learning rate has no name."""

    what: str
    curves: tuple[Sequence[Polyline], ...]
    log: bool = False

    def axis(self, rows: int) -> YAxis:
        return log_axis(self.curves, rows) if self.log else linear_axis(self.curves, rows, zero=not self.what)


def contents_of(chart: Chart) -> tuple[list[Content], list[str]]:
    """What the panels show, from the top, and what the title should say about the first."""
    curves: Sequence[Sequence[Polyline]] = [line.runs for line in chart.lines]
    notes = []
    if chart.log:
        curves, left_out = logarithmic(curves)
        notes = ["log scale"] + (["gaps where it is not above 0"] if left_out else [])
    below = [Content(what, tuple(runs)) for what, runs in panels_below(chart)]
    return [Content("", tuple(curves), chart.log), *below], notes


def _tick_count(rows: int) -> int:
    return max(2, rows // 3 + 1) if rows >= 12 else max(2, (rows + 1) // 2)


def logarithmic(curves: Sequence[Sequence[Polyline]]) -> tuple[list[Sequence[Polyline]], bool]:
    """log10 of all curves, in runs of their positive values, and whether a value was left out."""
    result: list[Sequence[Polyline]] = []
    left_out = False
    for runs in curves:
        pieces: list[Polyline] = []
        for xs, ys in runs:
            begin = 0
            for end in range(len(ys) + 1):
                if end == len(ys) or ys[end] <= 0:
                    if begin < end:
                        pieces.append((xs[begin:end], tuple(math.log10(y) for y in ys[begin:end])))
                    left_out |= end < len(ys)
                    begin = end + 1
        result.append(pieces)
    return _floored(result), left_out


def _floored(curves: list[Sequence[Polyline]]) -> list[Sequence[Polyline]]:
    """The curves with stray values far below the rest (the 1e-18 where a cosine ends) raised to a floor."""
    values = sorted(y for runs in curves for _, ys in runs for y in ys)
    if not values or values[len(values) // 50] < values[-1] - _FLOOR:
        return curves
    floor = values[-1] - _FLOOR
    return [[(xs, tuple(max(y, floor) for y in ys)) for xs, ys in runs] for runs in curves]


def scale(axis: YAxis, area: Area, row: int, margin: int) -> list[StyledText]:
    """What stands left of a row of the canvas."""
    # one row alone holds every value: a tick there would name one of them
    label = next((label for y, label in axis.ticks if area.row(y) == row), "") if area.height > 1 else ""
    bar, tick = ("|", "+") if area.ascii else ("│", "┤")
    label = label if len(label) < margin else ""
    return [(label.rjust(margin), ""), (tick if label else bar, _DIM)]


@dataclass(frozen=True)
class XAxis:
    """The axis under the canvas. `captions` are its rows of labels: what each counts, and how many in one unit of x."""

    captions: tuple[tuple[str, float], ...]

    @classmethod
    def of(cls, chart: Chart) -> XAxis:
        """Epochs and, where both are known, steps."""
        per_epoch = chart.steps_per_epoch
        if not per_epoch:
            return cls(((chart.unit, 1.0),))
        if chart.unit == "epoch":
            return cls((("epoch", 1.0), ("step", float(per_epoch))))
        return cls((("epoch", 1 / per_epoch), ("step", 1.0)))

    def short(self) -> XAxis:
        return replace(self, captions=self.captions[:1])

    def ticks(self, area: Area) -> dict[int, float]:
        """The ticks' columns and positions: round numbers of epochs, or of steps where there are hardly two epochs."""
        scale = self.captions[0][1]
        if scale < 1 and (area.right - area.left) * scale < 2:
            scale = 1.0

        def columns(ticks: Sequence[float]) -> dict[int, float]:
            return {area.column(tick / scale): tick / scale for tick in ticks}

        def fits(ticks: Sequence[float]) -> bool:
            return bool(_placed(columns(ticks), self.captions[0][1], area))

        most = max(2, min(area.width // 6, 4 + area.width // 10))
        return columns(x_ticks(area.left * scale, area.right * scale, most, fits))

    def line(self, area: Area, margin: int, caption: str = "") -> list[StyledText]:
        """The axis itself. A caption names the panel below it."""
        ticks = self.ticks(area)
        corner, line, tick = ("+", "-", "+") if area.ascii else ("├" if caption else "└", "─", "┬")
        text = "".join(tick if column in ticks else line for column in range(area.width))
        return [((caption if len(caption) <= margin else "").rjust(margin), _DIM), (corner + text, _DIM)]

    def labels(self, area: Area, margin: int) -> list[list[StyledText]]:
        ticks = self.ticks(area)
        rows: list[list[StyledText]] = []
        for caption, factor in self.captions:
            # a row with longer labels shows every second of them, or fewer
            every = next(n for n in count(1) if n >= len(ticks) or _placed(_every(ticks, n), factor, area))
            text = ""
            for begin, label in _placed(_every(ticks, every), factor, area):
                text = text.ljust(begin) + label
            caption = caption if len(caption) < margin else ""
            rows.append([(caption.rjust(margin), _DIM), (" " + text, "")])
        return rows


def _every(ticks: dict[int, float], n: int) -> dict[int, float]:
    return dict(islice(ticks.items(), 0, None, n))


def _placed(ticks: dict[int, float], factor: float, area: Area) -> list[tuple[int, str]]:
    """Where the labels of one row begin, under their ticks; nothing if two of them would touch."""
    labels = count_labels([x * factor for x in ticks.values()])
    result: list[tuple[int, str]] = []
    end = -2
    for column, label in zip(ticks, labels, strict=True):
        begin = max(0, min(column - (len(label) - 1) // 2, area.width - len(label)))
        if begin < end + 2:
            return []
        result.append((begin, label))
        end = begin + len(label)
    return result


def compact(value: float) -> str:
    """A count for an axis: in full up to five digits, then in thousands (k), millions (M) and so on.

    >>> [compact(x) for x in (0, 2500, 100080, 1e6, 2.5e9, 0.25)]
    ['0', '2500', '100.1k', '1M', '2.5G', '0.25']
    """
    if abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    for power, suffix in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if abs(value) >= 10**power and abs(value) < 10 ** (power + 4):
            return f"{value / 10**power:.4g}{suffix}"
    return number_text(value, 4)


def count_labels(counts: Sequence[float]) -> list[str]:
    """Counts for one axis: short ones, in full where those would not differ.

    >>> count_labels([0, 50_000, 100_000]), count_labels([1_000_000_020, 1_000_000_040])
    (['0', '50k', '100k'], ['1000000020', '1000000040'])
    """
    labels = [compact(value) for value in counts]
    if any("k" in label for label in labels):
        labels = [f"{v / 1000:.4g}k" if 1000 <= v < 1e5 else label for v, label in zip(counts, labels, strict=True)]
    return labels if len(set(labels)) == len(labels) else [f"{value:.0f}" for value in counts]


def _steps(least: float) -> Iterator[tuple[int, int]]:
    """Round steps (m, e), each m * 10**e with m one of 1, 2 and 5, from about `least` on."""
    for exponent in range(math.floor(math.log10(least)) if least > 0 else 0, sys.float_info.max_10_exp + 1):
        for mantissa in (1, 2, 5):
            yield mantissa, exponent


def _multiples(low: float, high: float, mantissa: int, exponent: int) -> list[float]:
    step = mantissa * 10.0**exponent
    first, last = math.ceil(low / step - 1e-10), math.floor(high / step + 1e-10)
    # through text, so that 3 * 0.1 is 0.3
    return [float(f"{k * mantissa}e{exponent}") for k in range(first, last + 1)]


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values between low and high, at least one where there is room.

    >>> linear_ticks(0, 0.1, 6)
    [0.0, 0.02, 0.04, 0.06, 0.08, 0.1]
    """
    tenths = 10 * max(most, 1)
    steps = _steps(high / tenths - low / tenths)  # high - low may be too large for a double
    candidates = (_multiples(low, high, m, e) for m, e in steps if high / (m * 10.0**e) - low / (m * 10.0**e) < most)
    return next((ticks for ticks in candidates if len(ticks) <= most), [])


def value_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as numbers, with more digits where six would not tell them apart.

    >>> value_labels([0.0, 5e-05, 0.0001]), value_labels([1.0000001, 1.0000002])
    (['0', '5e-05', '0.0001'], ['1.0000001', '1.0000002'])
    """
    labels = [number_text(tick) for tick in ticks]
    return labels if len(set(labels)) == len(labels) else [number_text(tick, 12) for tick in ticks]


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values between 10**low and 10**high: decades, finer or coarser as there is room.

    >>> log_ticks(-4, -1, 6)
    [0.0001, 0.001, 0.01, 0.1]
    >>> log_ticks(-4, -3, 6)
    [0.0001, 0.0002, 0.0005, 0.001]
    """
    low, high = max(low - 1e-9, _LEAST_POWER), min(high + 1e-9, _GREATEST_POWER)
    decades = range(math.ceil(low), math.floor(high) + 1)
    for mantissas in ((1, 2, 5), (1, 3)):
        fine = [float(f"{m}e{d}") for d in range(math.floor(low), math.floor(high) + 1) for m in mantissas]
        fine = [tick for tick in fine if tick and low <= math.log10(tick) <= high]
        if 3 <= len(fine) <= most:
            return fine
    if len(decades) < 2:
        return linear_ticks(10**low, 10**high, max(most // 2, 1))
    coarser = ([d for d in decades if d % every == 0] for every in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500))
    return [float(f"1e{d}") for d in next(chosen for chosen in coarser if len(chosen) <= most)]


def x_ticks(low: float, high: float, most: int, fits: Callable[[Sequence[float]], bool]) -> list[float]:
    """Round positions from low to high in whole units, as many as fit, at most `most`."""
    steps = _steps(max((high - low) / max(most, 1) / 10, 1))
    whole = ((m, e) for m, e in steps if e >= 0 and (high - low) / (m * 10.0**e) <= most)
    candidates = (_multiples(low, high, m, e) for m, e in whole)
    return next((ticks for ticks in candidates if len(ticks) < 2 or fits(ticks)), []) or [low]
