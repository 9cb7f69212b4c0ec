"""A warmup, a hold, then a line."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoHeld
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldAnnealLinear(NemoHeld):
    """Warm up to the learning rate, hold it, then fall in a line to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                          for t <= warmup_steps
            base_lr                                                           for t < H = warmup_steps + hold_steps
            base_lr - (base_lr - min_lr) * ((t - H) / (max_steps - H))        for t <= max_steps
            min_lr                                                            from there on

    Without a hold H is 0, and not the end of the warmup.

    >>> policy = NemoWarmupHoldAnnealLinear(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldAnnealLinear (run in 3.0.0).
    """

    name = "nemo.WarmupHoldAnnealLinear"

    def body(self, base_lr: float) -> LrRule:
        hold, span, rest = self.hold, base_lr - self.min_lr, self.max_steps - self.hold
        return lambda t: base_lr - span * ((t - hold) / rest)
