"""A quadratic warmup, then a cosine to 0."""

from __future__ import annotations

import math

from lrcli.frameworks.transformers._lambda import Waves
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class AxolotlLrQuadraticWarmup(Waves):
    """Warm up from 0 to the base LR as the square of the step, then follow num_cycles waves of a cosine.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))**2    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    >>> cosine = AxolotlLrQuadraticWarmup(num_warmup_steps=2, num_training_steps=10)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.025, 0.1, 0.05, 0.0]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_quadratic_warmup (run in 0.19.0).
    """

    name = "axolotl.lr_quadratic_warmup"
    aliases = ("get_cosine_schedule_with_quadratic_warmup",)

    def rule(self, base_lr: float) -> LrRule:
        warmup, cos = self.num_warmup_steps, math.cos
        climb, rest = float(max(1, warmup)), float(max(1, self.num_training_steps - warmup))
        waves = math.pi * float(self.num_cycles) * 2.0

        def lr_at(t: int) -> float:
            if t < warmup:
                return base_lr * (t / climb) ** 2
            return base_lr * max(0.0, 0.5 * (1.0 + cos(waves * ((t - warmup) / rest))))

        return lr_at
