"""Polynomial decay to zero."""

from __future__ import annotations

import math

from lrcli.schedules.base import Schedule
from lrcli.schedules.params import length, number
from lrcli.values import dataclass


@dataclass(frozen=True)
class Polynomial(Schedule):
    """Decay the learning rate to 0 as a power of what is left of total_iters.

    lr(t) = base_lr * (1 - min(total_iters, t) / total_iters) ** power

    power 1 is a straight line; past total_iters the learning rate stays 0.

    >>> [Polynomial(total_iters=4, power=2.0).lr_at(t, base_lr=1.0) for t in (0, 2, 4, 5)]
    [1.0, 0.25, 0.0, 0.0]

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """

    name = "polynomial"
    torch = "PolynomialLR"
    horizon = ("total_iters",)

    total_iters: float = length(5, doc="steps until the learning rate is 0", zero=True, fills="phase", example="90")
    power: float = number(1.0, doc="power of the polynomial")

    def lr_at(self, t: int, base_lr: float) -> float:
        total = self.total_iters
        left: float = (1.0 - min(total, t) / total) ** self.power
        return base_lr * left

    def next_break(self, t: int) -> int | None:
        end = math.ceil(self.total_iters)
        return end if max(t, 1) <= end else None

    def event_at(self, t: int) -> str:
        return "decay ends" if t == math.ceil(self.total_iters) else ""
