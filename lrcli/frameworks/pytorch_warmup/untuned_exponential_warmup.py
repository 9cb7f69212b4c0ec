"""An exponential warmup whose period follows from Adam's second beta."""

from __future__ import annotations

import math

from lrcli.frameworks.pytorch_warmup._warmup import DampenedBy
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class UntunedExponentialWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by 1 - exp(-(t + 1) / period), with a period from the second beta.

    lr(t) = lr_scheduler(t) * (1 - exp(-(t + 1) / period))    with period = int(1 / (1 - beta2))

    A beta of 0.999 gives 999 and not 1000.

    >>> [round(UntunedExponentialWarmup(betas=(0.9, 0.75)).lr_at(t, base_lr=0.1), 4) for t in (0, 3, 39)]
    [0.0221, 0.0632, 0.1]

    Source: pytorch_warmup.UntunedExponentialWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.UntunedExponentialWarmup"

    def warmup_factor(self) -> LrRule:
        period, exp = int(1.0 / (1.0 - self.beta2)), math.exp
        return lambda t: 1.0 - exp(-(t + 1) / period)
