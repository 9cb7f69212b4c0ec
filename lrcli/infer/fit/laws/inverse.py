"""A stretch of inverse square root or inverse time decay, or of another negative power of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.laws.line import Slope
from lrcli.infer.fit.rows import FitRows, spread

POWERS = (0.5, 1.0, 0.75, 0.25, 2.0, 1.5, 1 / 3, 0.6, 0.9, 0.8, 0.7, 0.4, 0.3)
"""What people write."""


@dataclass(frozen=True)
class Inverse:
    """y = factor * (p - origin) ** -power."""

    parameters: ClassVar[int] = 3
    origin: float
    factor: float
    power: float

    def __call__(self, p: float) -> float:
        left: float = max(p - self.origin, 1e-9) ** -self.power
        return self.factor * left

    def place(self, value: float) -> float:
        """The position at which it has a value."""
        left: float = (value / self.factor) ** (-1 / self.power)
        return self.origin + left

    @classmethod
    def fit(cls, rows: FitRows) -> Inverse | None:
        """The law of these rows: a power of y is a line."""
        if min(rows.y) <= 0 or not rows.y[0] > rows.y[-1]:
            return None
        probe = rows.pick(spread(len(rows), 9, 2))
        return next(
            (law for power in POWERS if cls._of_power(probe, power) and (law := cls._of_power(rows, power))), None
        )

    @classmethod
    def _of_power(cls, rows: FitRows, power: float) -> Inverse | None:
        straight = [y ** (-1 / power) for y in rows.y]
        noise = [z * tol / (power * y) for z, y, tol in zip(straight, rows.y, rows.tol, strict=True)]
        line = Slope.fit(FitRows(rows.p, straight, noise, max(straight)))
        if line is None or line.slope <= 0 or line.zero >= rows.p[0]:
            return None
        made = cls(line.zero, line.slope**-power, power)
        return made if rows.holds(made, 3.0) else None


class InverseRoot(Inverse):
    """The inverse square root of the step itself, of which fewer rows are enough."""

    parameters: ClassVar[int] = 2

    @classmethod
    def fit(cls, rows: FitRows) -> Inverse | None:
        """The law of these rows, counted from step 0 or 1."""
        for origin in (0, 1, -1):
            span = rows.scale(lambda p, origin=origin: max(p - origin, 1) ** -0.5)  # type: ignore[misc]
            if span is not None and rows.y[0] > rows.y[-1]:
                return cls(origin, sum(span) / 2, 0.5)
        return None
