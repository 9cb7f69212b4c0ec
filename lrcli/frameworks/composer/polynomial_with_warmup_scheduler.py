"""A linear warmup, then a polynomial."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerWarmedTimed, polynomial
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerPolynomialWithWarmupScheduler(ComposerWarmedTimed):
    """Warm up linearly from 0, follow a polynomial down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * min(1, t / t_warmup)                              for t < t_warmup
            base_lr * (alpha_f + (1 - share)**power * (1 - alpha_f))    from there on
                with share = min(1, (t - t_warmup) / (t_max - t_warmup)), 0 where t_max is not above t_warmup

    >>> curve = ComposerPolynomialWithWarmupScheduler(t_warmup="2ba", max_duration="6ba")
    >>> [curve.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.025, 0.0]

    Source: composer.optim.PolynomialWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.PolynomialWithWarmupScheduler"

    power: float = number(2.0, doc="the exponent")
    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return polynomial(shares, self.power, self.alpha_f)
