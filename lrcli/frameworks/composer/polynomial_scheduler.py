"""A polynomial decay."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerTimed, polynomial
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerPolynomialScheduler(ComposerTimed):
    """Follow a polynomial down to alpha_f of the learning rate, and stay there.

    lr(t) = base_lr * (alpha_f + (1 - min(1, t / t_max))**power * (1 - alpha_f))

    >>> [ComposerPolynomialScheduler(power=2, t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: composer.optim.PolynomialScheduler (run in 0.32.1).
    """

    name = "composer.PolynomialScheduler"

    power: float = number(doc="the exponent", example="2.0")
    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return polynomial(shares, self.power, self.alpha_f)
