"""Cosine annealing."""

from __future__ import annotations

import math

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number
from lrcli.schedules.turns import turning_step


@dataclass(frozen=True)
class Cosine(Schedule):
    """Anneal the learning rate from the base LR to eta_min along half a cosine.

    lr(t) = eta_min + (base_lr - eta_min) * (1 + cos(pi * t / T_max)) / 2

    At t = T_max it is eta_min. Past T_max it climbs again, as PyTorch's does: lr(T_max + d) = lr(T_max - d).

    >>> [Cosine(T_max=10).lr_at(t, base_lr=0.1) for t in (0, 5, 10, 20)]
    [0.1, 0.05, 0.0, 0.1]

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts;
    torch.optim.lr_scheduler.CosineAnnealingLR.
    """

    name = "cosine"
    torch = "CosineAnnealingLR"
    horizon = ("T_max",)

    T_max: float = length(doc="steps from the base LR to eta_min", fills="run")
    eta_min: float = number(0.0, doc="the smallest learning rate")

    def rule(self, base_lr: float) -> LrRule:
        low, drop, size, cos, pi = self.eta_min, base_lr - self.eta_min, self.T_max, math.cos, math.pi
        return lambda t: low + drop * (1 + cos(pi * t / size)) / 2

    def turns(self, t: int) -> CurveMarks:
        at = turning_step(t, self.T_max)
        turn = "minimum, climbs from here" if at // self.T_max % 2 else "back at the base LR"
        yield at, "" if at % self.T_max else turn

    def repeats_after(self) -> int | None:
        return 2 * math.ceil(self.T_max) if self.T_max % 1 == 0 else None
