"""The law of a cosine."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import Columns, amplitudes, golden, misfit, polished
from lrcli.infer.limits import FITTED_WAVE, WIDEST_WAVE
from lrcli.schedules.cosine import Cosine


@dataclass(frozen=True)
class Wave:
    """A cosine about `middle`: the peak, `height` above it, lies at `top`, the lowest point `half` later."""

    top: float
    half: float
    middle: float
    height: float

    @cached_property
    def _rule(self) -> Callable[[float], float]:
        low = self.middle - self.height
        return Cosine(T_max=self.half, eta_min=low).rule(self.middle + self.height)  # type: ignore[return-value]

    def __call__(self, p: float) -> float:
        return self._rule(p - self.top)

    @property
    def end(self) -> float:
        """The position of its lowest point."""
        return self.top + self.half

    def place(self, value: float) -> float:
        """The position at which its falling half has a value; NaN where it has not."""
        height = (value - self.middle) / self.height
        if abs(height) > 1 + 1e-9:
            return math.nan
        return self.top + math.acos(max(-1.0, min(1.0, height))) * self.half / math.pi


def wave_of(rows: FitRows) -> Wave | None:
    """The cosine of these rows.

    Its frequency f is sought; the columns 1, sin(f x) / f and (1 - cos(f x)) / f**2 of x in -1..1 stay apart for
    every frequency, and tend to a parabola where only the tail of a wave is seen.
    """
    n = len(rows)
    if n < 4 or rows.at[0] == rows.at[-1]:
        return None
    rows = rows.pick(spread(n, FITTED_WAVE, 12))
    at, span = (rows.at[0] + rows.at[-1]) / 2, (rows.at[-1] - rows.at[0]) / 2
    x = [(p - at) / span for p in rows.at]
    ones, weights = [1.0] * len(rows), rows.weights

    def columns(f: float) -> Columns:
        # 1 - cos(u) = 2 sin(u/2)**2 does not cancel
        return [ones, [math.sin(f * u) / f for u in x], [2 * math.sin(f * u / 2) ** 2 / f**2 for u in x]]

    def gap(f: float) -> float:
        return misfit(columns(f), rows.values, weights)

    # a frequency of pi / 2 is a half wave over the rows; from a twentieth of that to five whole waves
    grid = [0.08 * 1.13**k for k in range(44)]
    gaps = [gap(f) for f in grid]
    k = min(range(len(grid)), key=gaps.__getitem__)
    f = golden(gap, grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)], 14)
    f = polished(columns, f, rows.values, weights)
    factors = amplitudes(columns(f), rows.values, weights)
    if factors is None:
        return None
    sine, cosine = factors[1] / f, -factors[2] / f**2
    height, half = math.hypot(sine, cosine), math.pi * span / f
    if height == 0 or half > WIDEST_WAVE * span:
        return None  # a parabola: so little of a wave says nothing about it
    top = at + math.atan2(sine, cosine) * span / f
    # the last peak that is not right of the middle
    while top > at + half * 1e-9:
        top -= 2 * half
    return Wave(top, half, factors[0] - cosine, height)
