"""Cosine annealing with warm restarts."""

from __future__ import annotations

import math

from lrcli.schedules import CurveMarks, Schedule, count, dataclass, length, number


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Anneal along half a cosine, jump back to the base LR, and again, each cycle T_mult times as long.

    lr(t) = eta_min + (base_lr - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2

    T_i is the length of the cycle that holds t (T_0, T_0 * T_mult, T_0 * T_mult**2, ...), T_cur the steps since it
    began, 0 <= T_cur < T_i: eta_min itself is never reached.

    >>> [CosineRestarts(T_0=2, T_mult=2).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.1, 0.05, 0.1, 0.05, 0.1]

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
    """

    name = "cosine_restarts"
    torch = "CosineAnnealingWarmRestarts"

    T_0: float = length(doc="steps of the first cycle", zero=True, example="30", whole=True)
    T_mult: float = count(1, doc="factor from one cycle's length to the next", at_least=1, example="2")
    eta_min: float = number(0.0, doc="the smallest learning rate")

    def lr_at(self, t: int, base_lr: float) -> float:
        begin, size = self.cycle_at(t)
        return self.eta_min + (base_lr - self.eta_min) * (1 + math.cos(math.pi * (t - begin) / size)) / 2

    def cycle_at(self, t: int) -> tuple[int, int]:
        """(the first step, the length) of the cycle that holds step t."""
        size, factor = int(self.T_0), int(self.T_mult)
        if factor == 1:
            return t // size * size, size
        begin = 0
        while t - begin >= size:
            begin += size
            size *= factor
        return begin, size

    def turns(self, t: int) -> CurveMarks:
        begin, size = self.cycle_at(t)
        yield begin if t == begin else begin + size, "restart"

    def repeats_after(self) -> int | None:
        return int(self.T_0) if int(self.T_mult) == 1 else None
