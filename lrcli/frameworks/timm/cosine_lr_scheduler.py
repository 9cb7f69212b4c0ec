"""Cosine cycles."""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.frameworks.timm._scheduler import TimmCycles
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class TimmCosineLRScheduler(TimmCycles):
    """Warm up linearly, follow half a cosine to lr_min in each of cycle_limit cycles, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + 0.5 * (top - lr_min) * (1 + cos(pi * t_curr**k_decay / t_i**k_decay))    in cycle i < cycle_limit
                with top = base_lr * cycle_decay**i, t_curr the t since the cycle began, t_i its length
            lr_min    from there on

    Without warmup_prefix the cosine's clock runs from t = 0: the warmup climbs to base_lr, and the learning rate jumps
    to where the cosine is by then. With it the cycles begin after the warmup.

    >>> cosine = TimmCosineLRScheduler(t_initial=10, warmup_t=2)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 5, 10)]
    [0.0, 0.05, 0.09045084971874738, 0.05, 0.0]

    Source: timm.scheduler.CosineLRScheduler (run in 1.0.31).
    """

    name = "timm.CosineLRScheduler"

    k_decay: float = number(1.0, doc="the exponent of t")

    def shape(self) -> Callable[[float, float, float], float]:
        low, k, pi, cos = self.lr_min, self.k_decay, math.pi, math.cos

        def lr_in(top: float, at: float, length: float) -> float:
            power: float = pi * at**k / length**k
            return low + 0.5 * (top - low) * (1 + cos(power))

        return lr_in
