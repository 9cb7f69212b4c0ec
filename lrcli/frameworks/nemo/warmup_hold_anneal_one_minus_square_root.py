"""A warmup, a hold, then one minus a square root."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoHeld
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldAnnealOneMinusSquareRoot(NemoHeld):
    """Warm up to the learning rate, hold it, then fall with 1 - sqrt(share), not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                        for t <= warmup_steps
            base_lr                                                         for t < H = warmup_steps + hold_steps
            max(min_lr, base_lr * (1 - ((t - H) / (max_steps - H))**0.5))   for t <= max_steps
            min_lr                                                          from there on

    Without a hold H is 0, and not the end of the warmup.

    >>> policy = NemoWarmupHoldAnnealOneMinusSquareRoot(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldAnnealOneMinusSquareRoot (run in 3.0.0).
    """

    name = "nemo.WarmupHoldAnnealOneMinusSquareRoot"

    def body(self, base_lr: float) -> LrRule:
        hold, low, rest = self.hold, float(self.min_lr), self.max_steps - self.hold
        return lambda t: max(low, base_lr * (1 - ((t - hold) / rest) ** 0.5))
