"""A stretch of a cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import least_squares

_WIDEST = 60
"""So many times half the width of the rows may a half wave be long."""

_FITTED = 90
"""So many rows are fitted at most."""


@dataclass(frozen=True)
class Wave:
    """y = middle + height * cos(pi * (p - top) / half): the peak at `top`, the lowest point `half` later."""

    parameters: ClassVar[int] = 4
    top: float
    half: float
    middle: float
    height: float

    def __call__(self, p: float) -> float:
        return self.middle + self.height * math.cos(math.pi * (p - self.top) / self.half)

    @classmethod
    def fit(cls, rows: FitRows) -> Wave | None:
        """The law of these rows."""
        n = len(rows)
        if n < 4 or rows.p[0] == rows.p[-1]:
            return None
        if n > _FITTED:
            rows = rows.pick(spread(n, _FITTED, 12))
        return _Search(rows).best()


class _Search:
    """Looks for the frequency; the other three unknowns follow from it by linear least squares.

    The columns are 1, sin(f x) / f and (1 - cos(f x)) / f**2 of x in -1..1: they stay apart for every frequency, and
    tend to a parabola where only the tail of a wave is seen.
    """

    def __init__(self, rows: FitRows) -> None:
        self.rows = rows
        self.at = (rows.p[0] + rows.p[-1]) / 2
        self.span = (rows.p[-1] - rows.p[0]) / 2
        self.x = [(p - self.at) / self.span for p in rows.p]
        self.weights = [1 / tol for tol in rows.tol]
        self.ones = [1.0] * len(rows)

    def best(self) -> Wave | None:
        # a frequency of pi / 2 is a half wave over the rows; from a twentieth of that to five whole waves
        grid = [0.08 * 1.13**k for k in range(44)]
        scored = [self.misfit(f) for f in grid]
        k = min(range(len(grid)), key=scored.__getitem__)
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
        for _ in range(14):
            a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
            if self.misfit(a) < self.misfit(b):
                high = b
            else:
                low = a
        f = (low + high) / 2
        for _ in range(6):
            step = self.newton(f)
            if step is None or not 0.5 * f < f + step < 2 * f:
                break
            f += step
            if abs(step) < 1e-15 * f:
                break
        return self.wave(f)

    def columns(self, f: float) -> list[list[float]]:
        sines = [math.sin(f * x) / f for x in self.x]
        # 1 - cos(u) = 2 sin(u/2)**2 does not cancel
        versines = [2 * math.sin(f * x / 2) ** 2 / f**2 for x in self.x]
        return [self.ones, sines, versines]

    def solve(self, f: float) -> tuple[list[list[float]], list[float], list[float]] | None:
        columns = self.columns(f)
        found = least_squares(columns, self.rows.y, self.weights)
        if found is None:
            return None
        a, b, c = found
        rest = [y - a - b * s - c * v for y, s, v in zip(self.rows.y, columns[1], columns[2], strict=True)]
        return columns, found, rest

    def misfit(self, f: float) -> float:
        solved = self.solve(f)
        return math.inf if solved is None else sum((r * w) ** 2 for r, w in zip(solved[2], self.weights, strict=True))

    def newton(self, f: float) -> float | None:
        """The Gauss-Newton step of the frequency."""
        solved = self.solve(f)
        if solved is None:
            return None
        columns, (_, b, c), rest = solved
        slope = [
            b * (x * math.cos(f * x) - s) / f + c * (x * math.sin(f * x) / f**2 - 2 * v / f)
            for x, s, v in zip(self.x, columns[1], columns[2], strict=True)
        ]
        found = least_squares([*columns, slope], rest, self.weights)
        return None if found is None else found[3]

    def wave(self, f: float) -> Wave | None:
        solved = self.solve(f)
        if solved is None:
            return None
        columns, (a, b, c), rest = solved
        more = least_squares(columns, rest, self.weights) or [0.0, 0.0, 0.0]
        a, b, c = a + more[0], b + more[1], c + more[2]
        sine, cosine = b / f, -c / f**2
        height = math.hypot(sine, cosine)
        if height == 0:
            return None
        half = math.pi * self.span / f
        if half > _WIDEST * self.span:
            return None  # a parabola: so little of a wave says nothing about it
        top = self.at + math.atan2(sine, cosine) * self.span / f
        # the last peak that is not right of the middle
        while top > self.at + half * 1e-9:
            top -= 2 * half
        return Wave(top, half, a - cosine, height)


def wave_with(rows: FitRows, half: float, top: float | None = None) -> Wave | None:
    """The wave with this half length (and peak) that is nearest to the rows."""
    if len(rows) > _FITTED:
        rows = rows.pick(spread(len(rows), _FITTED, 12))
    search = _Search(rows)
    if top is None:
        return search.wave(math.pi * search.span / half)
    shape = [math.cos(math.pi * (p - top) / half) for p in rows.p]
    found = least_squares([search.ones, shape], rows.y, search.weights)
    return None if found is None else Wave(top, half, found[0], found[1])
