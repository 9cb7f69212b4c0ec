"""A stretch of exponential decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.solve import least_squares


@dataclass(frozen=True)
class Decay:
    """y = exp(log + rate * (p - at))."""

    parameters: ClassVar[int] = 2
    at: float
    log: float
    rate: float

    def __call__(self, p: float) -> float:
        return math.exp(min(self.log + self.rate * (p - self.at), 700.0))

    @classmethod
    def fit(cls, rows: FitRows) -> Decay | None:
        """The law of these rows."""
        if min(rows.y) <= 0 or rows.p[0] == rows.p[-1]:
            return None
        at = (rows.p[0] + rows.p[-1]) / 2
        half = (rows.p[-1] - rows.p[0]) / 2
        columns = [[1.0] * len(rows), [(p - at) / half for p in rows.p]]
        logs = [math.log(y) for y in rows.y]
        found = least_squares(columns, logs, [y / tol for y, tol in zip(rows.y, rows.tol, strict=True)])
        return None if found is None or found[1] == 0 else cls(at, found[0], found[1] / half)
