"""A linear warmup, then a cosine to 0."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Waves
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class TransformersCosine(Waves):
    """Warm up linearly from 0 to the base LR, then follow num_cycles waves of a cosine; half a wave ends at 0.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = TransformersCosine(num_warmup_steps=2, num_training_steps=10)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 14)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.04999999999999999]

    Source: transformers.get_cosine_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine"
    aliases = ("get_cosine_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup = self.wave(), self.num_warmup_steps
        return lambda t: max(0, wave(t - warmup))
