"""A stretch of a decay by 1 - the square root of what is done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import least_squares


@dataclass(frozen=True)
class Root:
    """y = top - fall * sqrt(p - begin)."""

    parameters: ClassVar[int] = 3
    begin: int
    top: float
    fall: float

    def __call__(self, p: float) -> float:
        return self.top - self.fall * math.sqrt(max(p - self.begin, 0.0))

    @classmethod
    def fit(cls, rows: FitRows) -> Root | None:
        """The law of these rows: it falls ever more slowly, and begins at or before the first of them."""
        first, n = rows.p[0], len(rows)
        if n < 4 or not rows.y[0] - rows.y[n // 2] > rows.y[n // 2] - rows.y[-1] > 0:
            return None
        if n > 40:
            rows = rows.pick(spread(n, 40, 6))
        low, high = 0, 4 * (rows.p[-1] - first)  # how long before the first row
        while high - low > 2:  # the misfit has one valley
            third = (high - low) // 3
            if cls._misfit(rows, first - low - third) <= cls._misfit(rows, first - high + third):
                high -= third
            else:
                low += third
        before = min(range(low, high + 1), key=lambda d: cls._misfit(rows, first - d))
        return cls._from(rows, first - before)

    @classmethod
    def _from(cls, rows: FitRows, begin: int) -> Root | None:
        columns = [[1.0] * len(rows), [-math.sqrt(p - begin) for p in rows.p]]
        found = least_squares(columns, rows.y, [1 / tol for tol in rows.tol])
        return None if found is None or found[1] <= 0 else cls(begin, found[0], found[1])

    @classmethod
    def _misfit(cls, rows: FitRows, begin: int) -> float:
        law = cls._from(rows, begin)
        if law is None:
            return math.inf
        return max(abs(law(p) - y) / tol for p, y, tol in zip(rows.p, rows.y, rows.tol, strict=True))
