"""Cycles of a polynomial."""

from __future__ import annotations

from collections.abc import Callable

from lrcli.frameworks.base import raised
from lrcli.frameworks.timm._scheduler import TimmCycles
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class TimmPolyLRScheduler(TimmCycles):
    """Warm up linearly, fall along a polynomial to lr_min in each of cycle_limit cycles, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + (top - lr_min) * (1 - t_curr**k_decay / t_i**k_decay)**power    in cycle i < cycle_limit
                with top = base_lr * cycle_decay**i, t_curr the t since the cycle began, t_i its length
            lr_min    from there on

    Without warmup_prefix the polynomial's clock runs from t = 0, as that of the cosine does.

    >>> poly = TimmPolyLRScheduler(t_initial=4)
    >>> [poly.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 4)]
    [0.1, 0.07071067811865477, 0.05, 0.0]

    Source: timm.scheduler.PolyLRScheduler (run in 1.0.31).
    """

    name = "timm.PolyLRScheduler"

    power: float = number(0.5, doc="the exponent of what is left of the cycle")
    k_decay: float = number(1.0, doc="the exponent of t")

    def shape(self) -> Callable[[float, float, float], float]:
        low, k, power = self.lr_min, self.k_decay, self.power

        def lr_in(top: float, at: float, length: float) -> float:
            left: float = 1 - at**k / length**k
            if left < 0:
                raise raised("timm", "TypeError", "its rate is a complex number here")
            lr: float = low + (top - low) * left**power
            return lr

        return lr_in
