"""RAdam's warmup over another scheduler."""

from __future__ import annotations

import math

from lrcli.frameworks.pytorch_warmup._warmup import DampenedBy
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class RAdamWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by RAdam's rectification.

    lr(t) = lr_scheduler(t) * sqrt((r - 4) * (r - 2) * r_inf / ((r_inf - 4) * (r_inf - 2) * r))
        with r_inf = 2 / (1 - beta2) - 1, s = t + offset, r = r_inf - 2 * s * beta2**s / (1 - beta2**s)

    offset is the first s, from 1 on, at which r is above 4.

    >>> [round(RAdamWarmup().lr_at(t, base_lr=0.1), 5) for t in (0, 1, 1000)]
    [0.00173, 0.00258, 0.06466]

    Source: pytorch_warmup.RAdamWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.RAdamWarmup"

    def check_values(self) -> None:
        self.require(self.beta2 > 0.6, "the second beta must be greater than 0.6", "betas")

    def warmup_factor(self) -> LrRule:
        beta2, sqrt = self.beta2, math.sqrt
        limit = 2.0 / (1 - beta2) - 1

        def rho(t: int) -> float:
            power: float = beta2**t
            return limit - 2 * t * power / (1 - power)

        offset = 1
        while not rho(offset) > 4:
            offset += 1
        below = (limit - 4) * (limit - 2)

        def factor(t: int) -> float:
            r = rho(t + offset)
            return sqrt((r - 4) * (r - 2) * limit / (below * r))

        return factor
