"""A linear warmup, then the base LR."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Warmed
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class TransformersConstantWithWarmup(Warmed):
    """Warm up linearly from 0 to the base LR, and keep it.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr                                     from there on

    >>> [TransformersConstantWithWarmup(num_warmup_steps=4).lr_at(t, base_lr=0.1) for t in (0, 1, 4, 9)]
    [0.0, 0.025, 0.1, 0.1]

    Source: transformers.get_constant_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.constant_with_warmup"
    aliases = ("get_constant_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        return lambda t: 1.0
