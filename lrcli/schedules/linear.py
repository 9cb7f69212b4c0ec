"""A linear ramp of the factor."""

from __future__ import annotations

import math

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import length, number
from lrcli.values import dataclass


@dataclass(frozen=True)
class Linear(Schedule):
    """Scale the learning rate by a factor that goes linearly from start_factor to end_factor.

    lr(t) = base_lr * (start_factor + (end_factor - start_factor) * min(total_iters, t) / total_iters)

    Past total_iters the factor stays end_factor. With start_factor < end_factor it is a warmup.

    >>> [Linear(start_factor=0.5, total_iters=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 9)]
    [0.05, 0.07500000000000001, 0.1, 0.1]

    Source: torch.optim.lr_scheduler.LinearLR.
    """

    name = "linear"
    torch = "LinearLR"
    horizon = ("total_iters",)

    start_factor: float = number(1 / 3, doc="factor at step 0")
    end_factor: float = number(1.0, doc="factor from total_iters on")
    total_iters: float = length(5, doc="steps from one factor to the other", zero=True, fills="phase", example="10")

    def lr_at(self, t: int, base_lr: float) -> float:
        start, end, total = self.start_factor, self.end_factor, self.total_iters
        return base_lr * (start + (end - start) * min(total, t) / total)

    def next_break(self, t: int) -> int | None:
        end = math.ceil(self.total_iters)
        return end if max(t, 1) <= end else None

    def event_at(self, t: int) -> str:
        if t != math.ceil(self.total_iters):
            return ""
        return "warmup ends" if self.start_factor < self.end_factor else "decay ends"
