"""A straight stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.solve import least_squares


@dataclass(frozen=True)
class Slope:
    """y = value + slope * (p - at)."""

    parameters: ClassVar[int] = 2
    at: float
    value: float
    slope: float

    def __call__(self, p: float) -> float:
        return self.value + self.slope * (p - self.at)

    @property
    def zero(self) -> float:
        """The position at which it would be 0."""
        return self.place(0.0)

    def place(self, value: float) -> float:
        """The position at which it has a value."""
        return self.at + (value - self.value) / self.slope

    @classmethod
    def fit(cls, rows: FitRows) -> Slope | None:
        """The law of these rows."""
        if rows.p[0] == rows.p[-1]:
            return None
        at = (rows.p[0] + rows.p[-1]) / 2
        half = (rows.p[-1] - rows.p[0]) / 2
        weights = [1 / tol for tol in rows.tol]
        columns = [[1.0] * len(rows), [(p - at) / half for p in rows.p]]
        found = least_squares(columns, rows.y, weights)
        if found is None or found[1] == 0:
            return None
        # what rounding left of the values is fitted once more
        rest = [y - found[0] - found[1] * c for y, c in zip(rows.y, columns[1], strict=True)]
        more = least_squares(columns, rest, weights) or [0.0, 0.0]
        return cls(at, found[0] + more[0], (found[1] + more[1]) / half)
