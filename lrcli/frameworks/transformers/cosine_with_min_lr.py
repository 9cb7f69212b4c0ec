"""A linear warmup, then a cosine to a smallest learning rate."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Floored
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWithMinLR(Floored):
    """Warm up linearly from 0 (not from min_lr) to the base LR, then follow a cosine to min_lr.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)) * (1 - rate) + rate)
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    rate is min_lr_rate, or min_lr / the optimizer's default LR. Nothing stops the cosine: after num_training_steps it
    climbs again.

    >>> cosine = TransformersCosineWithMinLR(num_warmup_steps=2, num_training_steps=10, min_lr_rate=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 2, 6, 10)]
    [0.0, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: transformers.get_cosine_with_min_lr_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine_with_min_lr"
    aliases = ("get_cosine_with_min_lr_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup, low = self.wave(), self.num_warmup_steps, self.floor(base_lr)
        high = 1 - low
        return lambda t: max(0, wave(t - warmup) * high + low)
