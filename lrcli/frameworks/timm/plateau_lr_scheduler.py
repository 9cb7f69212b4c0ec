"""PyTorch's plateau after a linear warmup."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.metered import Metered, follow_plateau
from lrcli.frameworks.schedule import below
from lrcli.frameworks.timm._scheduler import Noisy
from lrcli.schedules import choice, count, dataclass, length, number, text
from lrcli.schedules.plateau import Plateau


@dataclass(frozen=True, kw_only=True)
class TimmPlateauLRScheduler(Noisy, Metered):
    """Warm up linearly, then multiply the learning rate by decay_rate when the metric has stopped getting better.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t <= warmup_t
            the learning rate of PyTorch's ReduceLROnPlateau after the metrics from warmup_t on: see `plateau`

    Row t is what step(t, metric[t - 1]) leaves, as timm's train.py calls it. A call of step(0, metric) would set the
    learning rate to 0 for good where there is no warmup. timm has it for removal (FutureWarning).

    >>> plateau = TimmPlateauLRScheduler(patience_t=0, decay_rate=0.5, warmup_t=2, metric=(1, 2, 3, 3, 3))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(6)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.025]

    Source: timm.scheduler.PlateauLRScheduler (run in 1.0.31, with torch 2.13.0).
    """

    name = "timm.PlateauLRScheduler"
    value_raises = "ValueError"

    decay_rate: float = number(0.1, doc="factor of each reduction", demands=(below(1),))
    patience_t: float = count(10, doc="epochs without a better metric that are tolerated", example="2")
    threshold: float = number(1e-4, doc="how much better counts as better, as a share of the best")
    cooldown_t: float = count(0, doc="epochs after a reduction in which none is counted")
    warmup_t: float = length(0, doc="length of the linear warmup, in which no metric is looked at", any_number=True)
    warmup_lr_init: float = number(0.0, doc="the learning rate at the start of the warmup")
    lr_min: float = number(0.0, doc="the smallest learning rate")
    mode: str = choice("max", "min", "max", doc="whether a smaller or a larger metric is better")
    noise_type: str = text("normal", doc="the kind of noise; without noise it does nothing")

    def walk(self, base_lr: float) -> Iterator[float]:
        warmup, init, scale = self.warmup_t, self.warmup_lr_init, self.lr_scale
        gain = (base_lr - init) / warmup if warmup else 1
        lr = (init if warmup else base_lr) * scale
        yield lr
        climbing = min(len(self.metric), max(0, math.floor(warmup)))
        for t in range(1, climbing + 1):
            lr = (init + t * gain) * scale
            yield lr
        plateau = Plateau(
            mode=self.mode,
            factor=self.decay_rate,
            patience=self.patience_t,
            threshold=self.threshold,
            cooldown=self.cooldown_t,
            min_lr=self.lr_min,
        )
        yield from follow_plateau(plateau, lr, self.metric[climbing:])
