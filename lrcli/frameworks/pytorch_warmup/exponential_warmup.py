"""An exponential warmup over another scheduler."""

from __future__ import annotations

import math

from lrcli.frameworks.pytorch_warmup._warmup import DampenedOver
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class ExponentialWarmup(DampenedOver):
    """Multiply the learning rate of a scheduler by 1 - exp(-(t + 1) / warmup_period), which is never 1.

    lr(t) = lr_scheduler(t) * (1 - exp(-(t + 1) / warmup_period))

    >>> [round(ExponentialWarmup(warmup_period=4).lr_at(t, base_lr=0.1), 4) for t in (0, 3, 39)]
    [0.0221, 0.0632, 0.1]

    Source: pytorch_warmup.ExponentialWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.ExponentialWarmup"

    def warmup_factor(self) -> LrRule:
        period, exp = int(self.warmup_period), math.exp
        return lambda t: 1.0 - exp(-(t + 1) / period)
