"""Curves as paths: from values to pixels, with no more corners than an eye can see."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lrcli.render.canvas import Run
from lrcli.render.svg.text import number

THIN = 2.0
"""The width of a line."""
_THICKER = 3.0
"""How much wider a line is that another one covers, so that both are seen."""
_FEW = 4
"""With more curves than this the wide ones would be in the way of the others."""
_TOLERANCE = 0.15
"""Pixels by which a simplified path may leave the curve."""

Point = tuple[float, float]


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
        """Where a position is."""
        return self.left + (self.right - self.left) * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        """Where a value is."""
        return self.bottom - (self.bottom - self.top) * (value - self.y_low) / (self.y_high - self.y_low)

    def points(self, run: Run) -> list[Point]:
        """A run's corners in pixels."""
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


def _distance(p: Point, a: Point, b: Point) -> float:
    """From p to the segment a-b."""
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
    corners = [(number(x), number(y)) for x, y in simplified(points)]
    words = [f"M{corners[0][0]},{corners[0][1]}"]
    for (x0, y0), (x, y) in pairwise(corners):
        if (x, y) != (x0, y0):
            words.append(f"V{y}" if x == x0 else f"H{x}" if y == y0 else f"L{x},{y}")
    return "".join(words)


def widths(curves: Sequence[Sequence[Sequence[Point]]], left: float, right: float) -> list[float]:
    """Each curve's line width: wider where a later curve, which is drawn over it, runs along it for most of the way."""
    xs = [left + (i + 0.5) * (right - left) / 100 for i in range(100)]
    heights = [[_height(runs, x) for x in xs] for runs in curves]
    result: list[float] = []
    for i, own in enumerate(heights):
        over = sum(1 for other in heights[i + 1 :] if _together(own, other))
        result.append(THIN + (_THICKER * min(over, 2) if len(curves) <= _FEW else _THICKER * min(over, 1) / 2))
    return result


def _height(runs: Sequence[Sequence[Point]], x: float) -> float | None:
    for run in runs:
        if run[0][0] <= x <= run[-1][0]:
            i = min(max(bisect_right(run, (x, float("inf"))), 1), len(run) - 1)
            (x0, y0), (x1, y1) = run[i - 1], run[i]
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0) if x1 > x0 else y1
    return None


def _together(one: Sequence[float | None], other: Sequence[float | None]) -> bool:
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    return 2 * sum(abs(a - b) < THIN / 2 for a, b in pairs) > len(pairs) > 0
