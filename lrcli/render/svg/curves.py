"""Curves as paths: from values to pixels, with no more corners than an eye can see."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from lrcli.render.canvas import Polyline
from lrcli.render.chart import Point, extremes
from lrcli.render.svg import svg_number
from lrcli.values import dataclass

THIN = 2.0
"""A line is so wide."""
_TURN = 10
"""Where curves run together, each is drawn for so many pixels in turn."""
_SAMPLES, _LEAST = 240, 18
"""Curves are compared at _SAMPLES places. Where they are near each other at fewer than _LEAST, they only cross."""
_TOLERANCE = 0.15
"""A simplified path may leave the curve by so many pixels."""

_DENSE = 700
"""A run that still has more corners than this goes up and down at every pixel: what an eye sees of it is its range."""
_STRETCHES = 160
"""A dense run is drawn by its lowest and highest value in each of so many stretches."""


@dataclass(frozen=True)
class Frame:
    """A panel's rectangle in pixels, and the values at its edges."""

    left: float
    top: float
    right: float
    bottom: float
    x_low: float
    x_high: float
    y_low: float
    y_high: float

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.y_low) / (self.y_high - self.y_low)

    def points(self, run: Polyline) -> list[Point]:
        return [(self.x(x), self.y(y)) for x, y in zip(*run, strict=True)]


def simplified(points: Sequence[Point]) -> list[Point]:
    """The points without those that lie on the line between the others (Douglas and Peucker's way).

    >>> simplified([(0, 0), (1, 0.1), (2, 0), (2, 9)])
    [(0, 0), (2, 0), (2, 9)]
    """
    keep = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        distances = [_distance(points[i], points[first], points[last]) for i in range(first + 1, last)]
        farthest = max(distances, default=0.0)
        if farthest > _TOLERANCE:
            i = first + 1 + distances.index(farthest)
            keep.add(i)
            spans += [(first, i), (i, last)]
    return [points[i] for i in sorted(keep)]


def envelope(points: Sequence[Point]) -> list[Point]:
    """The corners of the band that a dense run fills, round it; nothing for a run that an eye can follow."""
    if len(points) <= _DENSE or len(simplified(points)) <= _DENSE:
        return []
    corners = extremes(points, _STRETCHES)
    reach = [[y for _, y in corners[max(i - 3, 0) : i + 4]] for i in range(len(corners))]
    top = [(x, min(ys)) for (x, _), ys in zip(corners, reach, strict=True)]
    bottom = [(x, max(ys)) for (x, _), ys in zip(corners, reach, strict=True)]
    return [*simplified(top), *reversed(simplified(bottom))]


def readable(run: Polyline, width: float, height: float) -> tuple[list[Point], bool]:
    """The corners of a sampled run that can be told apart on a linear or a logarithmic axis of that many pixels.

    The second value is whether even those are a band: then they are its lowest and highest ones.
    """
    points = list(zip(*run, strict=True))
    if len(points) <= _DENSE or points[-1][0] - points[0][0] < 2 * len(points):
        return points, False
    ys = [y for _, y in points]
    axes = [ys] if min(ys) <= 0 else [ys, [math.log(y) for y in ys]]
    kept: set[Point] = set()
    for values in axes:
        low, high = min(values), max(values)
        frame = Frame(0, 0, width, height, points[0][0], points[-1][0], low, high if high > low else low + 1)
        corners = dict(zip(frame.points((run[0], values)), points, strict=True))
        kept.update(corners[pixel] for pixel in simplified(list(corners)))
        if len(kept) > _DENSE and values is ys:
            return extremes(points, _STRETCHES), True
    return [point for point in points if point in kept], False


def _distance(p: Point, a: Point, b: Point) -> float:
    (px, py), (ax, ay), (bx, by) = p, a, b
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    share = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / square)) if square else 0.0
    x, y = ax + share * dx - px, ay + share * dy - py
    return float((x * x + y * y) ** 0.5)


def path(points: Sequence[Point]) -> str:
    """The path of a run, as SVG writes it.

    >>> path([(0, 5), (10, 5), (10, 9.25), (12, 10)])
    'M0,5H10V9.2L12,10'
    """
    corners = [(svg_number(x), svg_number(y)) for x, y in simplified(points)]
    words = [f"M{corners[0][0]},{corners[0][1]}"]
    for (x0, y0), (x, y) in pairwise(corners):
        if (x, y) != (x0, y0):
            words.append(f"V{y}" if x == x0 else f"H{x}" if y == y0 else f"L{x},{y}")
    return "".join(words)


@dataclass(frozen=True)
class Stretch:
    """A piece of a curve that runs along `below` earlier ones, of `curves` there with itself."""

    points: Sequence[Point]
    below: int = 0
    curves: int = 1

    @property
    def dash(self) -> str:
        """The dashes with which the curves of a stretch take turns, each drawn over those before it; "" is none."""
        return f"{_TURN * (self.curves - self.below)} {_TURN * self.below}" if self.below else ""


def stretches(curves: Sequence[Sequence[Sequence[Point]]], left: float, right: float) -> list[list[Stretch]]:
    """Each curve in pieces: where it runs along earlier ones, and where it is alone or the first of them."""
    step = (right - left) / _SAMPLES
    xs = [left + (k + 0.5) * step for k in range(_SAMPLES)]
    heights = [[_height(runs, x) for x in xs] for runs in curves] if len(curves) > 1 else []
    result: list[list[Stretch]] = [[Stretch(run) for run in runs] for runs in curves]
    for i, of_curve in enumerate(heights):
        beside = [[j for j, other in enumerate(heights) if _near(of_curve[k], other[k])] for k in range(_SAMPLES)]
        states = [(places.index(i), len(places)) if i in places[1:] else (0, 1) for places in beside]
        begin = 0
        cuts: list[tuple[float, tuple[int, int]]] = []
        for state, group in groupby(states):
            count = len(list(group))
            state = state if count >= _LEAST and count * step >= 2 * _TURN * state[1] else (0, 1)
            if not cuts or cuts[-1][1] != state:
                cuts.append((left + begin * step if begin else -math.inf, state))
            begin += count
        result[i] = [piece for run in curves[i] for piece in _cut(run, cuts, step)]
    return result


def _cut(run: Sequence[Point], cuts: Sequence[tuple[float, tuple[int, int]]], near: float) -> Iterator[Stretch]:
    """The run in pieces that begin where the cuts are; it leaves another at the top of a fall, and joins it below."""
    points, state = list(run), cuts[0][1]
    for x, following in cuts[1:]:
        if points[0][0] < x < points[-1][0]:
            falls = (k for k, ((a, _), (b, _)) in enumerate(pairwise(points)) if a == b and 0 <= x - a < 2 * near)
            at = next(falls, -1) + bool(following[0])
            if at < 1:
                at = bisect_right(points, (x, math.inf))
                points.insert(at, (x, _height([points], x) or 0.0))
            yield Stretch(points[: at + 1], *state)
            points = points[at:]
        if x < points[-1][0]:
            state = following
    yield Stretch(points, *state)


def _near(height: float | None, other: float | None) -> bool:
    return height is not None and other is not None and abs(height - other) < THIN / 2


def _height(runs: Sequence[Sequence[Point]], x: float) -> float | None:
    for run in runs:
        if run[0][0] <= x <= run[-1][0]:
            i = min(max(bisect_right(run, (x, float("inf"))), 1), len(run) - 1)
            (x0, y0), (x1, y1) = run[i - 1], run[i]
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0) if x1 > x0 else y1
    return None
