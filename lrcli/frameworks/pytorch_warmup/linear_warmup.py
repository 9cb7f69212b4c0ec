"""A linear warmup over another scheduler."""

from __future__ import annotations

from lrcli.frameworks.pytorch_warmup._warmup import DampenedOver, linear
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class LinearWarmup(DampenedOver):
    """Multiply the learning rate of a scheduler by min(1, (t + 1) / warmup_period).

    lr(t) = lr_scheduler(t) * min(1, (t + 1) / warmup_period)

    The scheduler runs during the warmup, so that its peak is never reached.

    >>> [LinearWarmup(warmup_period=4).lr_at(t, base_lr=0.1) for t in (0, 1, 3, 4)]
    [0.025, 0.05, 0.1, 0.1]

    Source: pytorch_warmup.LinearWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.LinearWarmup"

    def warmup_factor(self) -> LrRule:
        return linear(int(self.warmup_period))

    def warmup_end(self) -> int:
        return int(self.warmup_period - self.last_step) - 2
