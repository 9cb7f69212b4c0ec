"""Half a cosine."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerTimed, cosine_anneal
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingScheduler(ComposerTimed):
    """Follow half a cosine down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * min(1, t / t_max))) / 2)

    >>> [ComposerCosineAnnealingScheduler(t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: composer.optim.CosineAnnealingScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingScheduler"

    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return cosine_anneal(shares, self.alpha_f)
