"""Milestones may count batches, samples, or a share of the run beside each other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from lrcli.frameworks.composer._scheduler import ComposerScheduler
from lrcli.schedules import CurveMarks, data, dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerMilestones(ComposerScheduler):
    """A scheduler that multiplies by gamma at milestones."""

    milestones: Any = data(
        doc="the milestones",
        takes="a list of time strings",
        test=lambda value: isinstance(value, tuple),
        example="[2000ba, 0.8dur]",
    )
    gamma: float = number(0.1, doc="factor of each milestone")

    def rows(self) -> list[int]:
        """The rows of the milestones, in order."""
        clock = self.clock
        return sorted(clock.row_of(clock.convert(milestone, "milestones")) for milestone in self.milestones)

    def product(self, rows: Sequence[int]) -> list[float]:
        """The products of the factors at these rows."""
        milestones, products = self.rows(), [1.0]
        for _ in milestones:
            products.append(products[-1] * self.gamma)
        return [products[bisect_right(milestones, t)] for t in rows]

    def marks(self) -> CurveMarks:
        rows = self.rows()
        for row in dict.fromkeys(rows):
            yield row, f"milestone x{self.gamma ** rows.count(row):g}"
