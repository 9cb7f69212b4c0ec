"""A warmup, then the learning rate until max_steps."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoHeld
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldPolicy(NemoHeld):
    """Warm up to the learning rate and hold it; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))    for t <= warmup_steps
            base_lr                                     for t <= max_steps, or for a longer hold
            min_lr                                      from there on

    >>> policy = NemoWarmupHoldPolicy(warmup_steps=1, max_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3)]
    [0.05, 0.1, 0.1, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldPolicy (run in 3.0.0).
    """

    name = "nemo.WarmupHoldPolicy"
    forgets_warmup = False
    decays = False

    def body(self, base_lr: float) -> LrRule:
        return lambda t: base_lr
