"""A warmup, then the learning rate."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoWarmed
from lrcli.schedules import LrRule, dataclass, length


@dataclass(frozen=True, kw_only=True)
class NemoWarmupPolicy(NemoWarmed):
    """Warm up to the learning rate and stay there; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))    for t <= warmup_steps
            base_lr                                     for t <= max_steps, or for ever without one
            min_lr                                      from there on

    >>> [NemoWarmupPolicy(warmup_steps=1).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.1, 0.1]

    Source: nemo.core.optim.lr_scheduler.WarmupPolicy (run in 3.0.0).
    """

    name = "nemo.WarmupPolicy"
    decays = False

    max_steps: float | None = length(
        None, doc="the last step that is not at min_lr; null: there is none", any_number=True, optional=True
    )

    def body(self, base_lr: float) -> LrRule:
        return lambda t: base_lr
