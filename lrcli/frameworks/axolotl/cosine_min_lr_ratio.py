"""A linear warmup, then a cosine to a share of the base LR."""

from __future__ import annotations

from lrcli.frameworks.transformers._lambda import Turning
from lrcli.schedules import LrRule, dataclass, number


@dataclass(frozen=True, kw_only=True)
class AxolotlCosineMinLrRatio(Turning):
    """Warm up linearly from 0 to the base LR, then follow half a cosine down to min_lr_ratio of it.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * ((1 - min_lr_ratio) * 0.5 * (1 + cos(pi * progress)) + min_lr_ratio)
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = AxolotlCosineMinLrRatio(num_warmup_steps=2, num_training_steps=10, min_lr_ratio=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.05, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_min_lr (run in 0.19.0).
    """

    name = "axolotl.cosine_min_lr_ratio"
    aliases = ("get_cosine_schedule_with_min_lr",)

    min_lr_ratio: float = number(0.0, doc="the share of the base LR at the end")

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup, low = self.wave(), self.num_warmup_steps, self.min_lr_ratio
        return lambda t: (1 - low) * wave(t - warmup) + low
