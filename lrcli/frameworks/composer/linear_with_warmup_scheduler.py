"""A linear warmup, then a line."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerWarmedTimed, line
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerLinearWithWarmupScheduler(ComposerWarmedTimed):
    """Warm up linearly from 0 to alpha_i of the learning rate, move in a line to alpha_f, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup) * alpha_i                  for t < t_warmup
            base_lr * (alpha_i + share * (alpha_f - alpha_i))         from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> line = ComposerLinearWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [line.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: composer.optim.LinearWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.LinearWithWarmupScheduler"

    alpha_i: float = number(1.0, doc="the factor after the warmup")
    alpha_f: float = number(0.0, doc="the last factor")

    def warmup_top(self) -> float:
        return self.alpha_i

    def after(self, shares: list[float]) -> list[float]:
        return line(shares, self.alpha_i, self.alpha_f)
