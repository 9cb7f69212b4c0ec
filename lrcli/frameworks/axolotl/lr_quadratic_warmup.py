"""A quadratic warmup, then a cosine to 0."""

from __future__ import annotations

from lrcli.frameworks.transformers.cosine import TransformersCosine
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class AxolotlLrQuadraticWarmup(TransformersCosine):
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
        warmup, climb, factor = self.num_warmup_steps, float(max(1, self.num_warmup_steps)), self.factor(base_lr)
        return lambda t: base_lr * ((t / climb) ** 2 if t < warmup else factor(t))
