"""Triangles that get lower and lower."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.fairseq._scheduler import FairseqScheduler
from lrcli.schedules import LrRule, dataclass, flag, length, number


@dataclass(frozen=True, kw_only=True)
class FairseqTriangular(FairseqScheduler):
    """Go from the learning rate up to max_lr and down again in each period, with a height that shrinks.

    lr(t) = low + (max_lr * lr_shrink**i - low) * max(0, 1 - x)
        with h = lr_period_updates // 2, i = floor(t / (2 * h)), x = abs(t / h - 2 * (i + 1) + 1)

    low is base_lr, times lr_shrink**i with shrink_min. An odd period loses an update.

    >>> schedule = FairseqTriangular(max_lr=0.5, lr_period_updates=4)
    >>> [round(schedule.lr_at(t, base_lr=0.1), 4) for t in (0, 1, 2, 3, 4)]
    [0.1, 0.3, 0.5, 0.3, 0.1]

    Source: fairseq/optim/lr_scheduler/triangular_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.triangular"
    aliases = ("TriangularLRSchedule",)

    max_lr: float = number(doc="the learning rate at the top; it must be more than lr", example="1.0")
    lr_period_updates: float = length(5000, doc="updates of a period", any_number=True, example="2000")
    lr_shrink: float = number(0.1, doc="factor from one period's height to the next")
    shrink_min: bool = flag(False, doc="whether the low end shrinks, too")

    def check(self, lr: float) -> None:
        self.require(self.max_lr > lr, "max_lr must be more than lr", "max_lr", "AssertionError")
        some = self.lr_period_updates // 2 != 0
        self.require(some, "half of lr_period_updates comes to 0", "lr_period_updates", "ZeroDivisionError")

    def rule(self, base_lr: float) -> LrRule:
        half, top, shrink, shrinks = self.lr_period_updates // 2, self.max_lr, self.lr_shrink, self.shrink_min
        whole, floor = 2 * half, math.floor

        def lr_at(t: int) -> float:
            cycle = floor(t / whole)
            factor = shrink**cycle
            low = base_lr * factor if shrinks else base_lr
            x = abs(t / half - 2 * (cycle + 1) + 1)
            return low + (top * factor - low) * max(0, (1 - x))

        return lr_at

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        half = self.lr_period_updates // 2
        yield half, 2 * half, ""
        yield 2 * half, 2 * half, f"cycle x{self.lr_shrink:g}"
