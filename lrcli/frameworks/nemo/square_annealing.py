"""A warmup, then a parabola."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoAnnealed
from lrcli.schedules import LrRule, dataclass, number


@dataclass(frozen=True, kw_only=True)
class NemoSquareAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the square of what is left, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))       for t <= warmup_steps
            max(min_lr, base_lr * ((M - s) / M)**2)        for t <= max_steps
                with s = t - warmup_steps and M = max_steps - warmup_steps
            min_lr                                         from there on

    >>> [NemoSquareAnnealing(max_steps=4, min_lr=0).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.SquareAnnealing (run in 3.0.0).
    """

    name = "nemo.SquareAnnealing"

    min_lr: float = number(1e-5, doc="the smallest learning rate")

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, float(self.min_lr), self.max_steps - self.warmup
        return lambda t: max(base_lr * ((rest - (t - warmup)) / rest) ** 2, low)
