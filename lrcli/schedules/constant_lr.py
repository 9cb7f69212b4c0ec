"""PyTorch's ConstantLR."""

from __future__ import annotations

import math

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import length, number
from lrcli.values import dataclass


@dataclass(frozen=True)
class ConstantLR(Schedule):
    """Scale the learning rate by a constant factor until total_iters: a flat warmup.

    lr(t) = base_lr * factor    for t < total_iters
            base_lr             for t >= total_iters

    >>> [ConstantLR(factor=0.5, total_iters=2).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.05, 0.1]

    Source: torch.optim.lr_scheduler.ConstantLR.
    """

    name = "ConstantLR"
    torch = "ConstantLR"

    factor: float = number(1 / 3, doc="factor before total_iters")
    total_iters: float = length(5, doc="steps for which the factor holds", zero=True, formula_zero=True, fills="phase")

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * (self.factor + (t >= self.total_iters) * (1 - self.factor))

    def next_break(self, t: int) -> int | None:
        end = math.ceil(self.total_iters)
        return end if max(t, 1) <= end else None

    def event_at(self, t: int) -> str:
        return "warmup ends" if t and t == math.ceil(self.total_iters) else ""
