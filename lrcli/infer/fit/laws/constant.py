"""A flat stretch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows


@dataclass(frozen=True)
class Level:
    """y = value."""

    parameters: ClassVar[int] = 1
    low: float
    high: float

    def __call__(self, p: float) -> float:
        return (self.low + self.high) / 2

    @classmethod
    def fit(cls, rows: FitRows) -> Level | None:
        """The law of these rows."""
        low = max(y - tol for y, tol in zip(rows.y, rows.tol, strict=True))
        high = min(y + tol for y, tol in zip(rows.y, rows.tol, strict=True))
        # what is one value is written as one, however few digits
        flat = max(rows.y) - min(rows.y) <= max(1e-8 * max(rows.y), 1e-12 * rows.peak)
        return cls(low, high) if flat and low <= high else None
