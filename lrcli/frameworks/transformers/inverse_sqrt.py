"""A linear warmup, then the inverse square root of the step."""

from __future__ import annotations

import math

from lrcli.frameworks.transformers._lambda import Warmed
from lrcli.schedules import LrRule, dataclass, length


@dataclass(frozen=True, kw_only=True)
class TransformersInverseSqrt(Warmed):
    """Warm up linearly from 0 to the base LR, then fall as the inverse square root of the step.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (1 / sqrt((t + timescale - num_warmup_steps) / timescale))    from there on

    >>> inverse = TransformersInverseSqrt(num_warmup_steps=4)
    >>> [inverse.lr_at(t, base_lr=0.1) for t in (0, 1, 4, 16)]
    [0.0, 0.025, 0.1, 0.05]

    Source: transformers.get_inverse_sqrt_schedule (run in 5.24.0).
    """

    name = "transformers.inverse_sqrt"
    aliases = ("get_inverse_sqrt_schedule",)

    timescale: float | None = length(
        None, doc="the time scale; null is num_warmup_steps, 10000 without warmup", any_number=True, optional=True
    )

    def factor(self, base_lr: float) -> LrRule:
        warmup, sqrt = self.num_warmup_steps, math.sqrt
        scale = (warmup or 10_000) if self.timescale is None else self.timescale
        shift = scale - warmup
        return lambda t: 1.0 / sqrt((t + shift) / scale)
