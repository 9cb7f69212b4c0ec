"""Decay at given steps."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from functools import cached_property

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import number, positions
from lrcli.values import dataclass


@dataclass(frozen=True)
class MultiStep(Schedule):
    """Multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * gamma ** (number of milestones <= t)

    A milestone that stands twice counts twice; the order does not matter.

    >>> [MultiStep(milestones=(2, 3), gamma=0.1).lr_at(t, base_lr=1.0) for t in (1, 2, 3)]
    [1.0, 0.1, 0.010000000000000002]

    Source: torch.optim.lr_scheduler.MultiStepLR.
    """

    name = "multistep"
    torch = "MultiStepLR"

    milestones: tuple[float, ...] = positions(doc="steps at which the learning rate decays", example="[30, 60, 80]")
    gamma: float = number(0.1, doc="factor of each decay")

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.milestones)

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * self.gamma ** bisect_right(self._sorted, t)

    def next_break(self, t: int) -> int | None:
        i = bisect_left(self._sorted, max(t, 1))
        return math.ceil(self._sorted[i]) if i < len(self._sorted) else None

    def event_at(self, t: int) -> str:
        n = bisect_right(self._sorted, t) - bisect_right(self._sorted, t - 1)
        return "" if not n else f"milestone x{self.gamma:g}" if n == 1 else f"milestone x{self.gamma:g}^{n}"
