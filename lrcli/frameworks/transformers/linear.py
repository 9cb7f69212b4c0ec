"""A linear warmup, then linearly to 0."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Timed
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class TransformersLinear(Timed):
    """Warm up linearly from 0 to the base LR, then fall linearly to 0 and stay there.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, (num_training_steps - t) / max(1, num_training_steps - num_warmup_steps))

    >>> linear = TransformersLinear(num_warmup_steps=2, num_training_steps=10)
    >>> [linear.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 11)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.0]

    Source: transformers.get_linear_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.linear"
    aliases = ("get_linear_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        total, rest = self.num_training_steps, float(max(1, self.num_training_steps - self.num_warmup_steps))
        return lambda t: max(0.0, (total - t) / rest)
