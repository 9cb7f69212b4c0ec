"""A linear warmup, then half a cosine."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerWarmedTimed, cosine_anneal
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingWithWarmupScheduler(ComposerWarmedTimed):
    """Warm up linearly from 0, follow half a cosine down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup)                                        for t < t_warmup
            base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * share)) / 2)       from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> cosine = ComposerCosineAnnealingWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: composer.optim.CosineAnnealingWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingWithWarmupScheduler"

    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return cosine_anneal(shares, self.alpha_f)
