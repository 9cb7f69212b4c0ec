"""A stretch of inverse square root or inverse time decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.laws.line import Slope
from lrcli.infer.fit.rows import FitRows


@dataclass(frozen=True)
class Inverse:
    """y = factor * (p - origin) ** -power, with a power of 1/2 or 1."""

    parameters: ClassVar[int] = 3
    origin: float
    factor: float
    power: float

    def __call__(self, p: float) -> float:
        left: float = max(p - self.origin, 1e-9) ** -self.power
        return self.factor * left

    @classmethod
    def fit(cls, rows: FitRows) -> Inverse | None:
        """The law of these rows: a power of y is a line."""
        if min(rows.y) <= 0 or not rows.y[0] > rows.y[-1]:
            return None
        for power in (0.5, 1.0):
            straight = [y ** (-1 / power) for y in rows.y]
            noise = [z * tol / (power * y) for z, y, tol in zip(straight, rows.y, rows.tol, strict=True)]
            line = Slope.fit(FitRows(rows.p, straight, noise, max(straight)))
            if line is None or line.slope <= 0 or line.zero >= rows.p[0]:
                continue
            made = cls(line.zero, line.slope**-power, power)
            if rows.holds(made, 3.0):
                return made
        return None
