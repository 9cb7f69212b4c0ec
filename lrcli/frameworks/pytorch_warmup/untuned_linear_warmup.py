"""A linear warmup whose period follows from Adam's second beta."""

from __future__ import annotations

from lrcli.frameworks.pytorch_warmup._warmup import DampenedBy, linear
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class UntunedLinearWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by min(1, (t + 1) / period), with a period from the second beta.

    lr(t) = lr_scheduler(t) * min(1, (t + 1) / period)    with period = int(2 / (1 - beta2))

    A beta of 0.999 gives 1999 and not 2000: the quotient falls just short of it.

    >>> [UntunedLinearWarmup(betas=(0.9, 0.5)).lr_at(t, base_lr=0.1) for t in (0, 1, 3, 4)]
    [0.025, 0.05, 0.1, 0.1]

    Source: pytorch_warmup.UntunedLinearWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.UntunedLinearWarmup"

    def warmup_factor(self) -> LrRule:
        return linear(int(2.0 / (1.0 - self.beta2)))

    def warmup_end(self) -> int:
        return int(int(2.0 / (1.0 - self.beta2)) - self.last_step) - 2
