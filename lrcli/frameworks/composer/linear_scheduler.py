"""A line from one factor to another."""

from __future__ import annotations

from lrcli.frameworks.composer._scheduler import ComposerTimed, line
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class ComposerLinearScheduler(ComposerTimed):
    """Move the factor of the learning rate in a line from alpha_i to alpha_f, and stay there.

    lr(t) = base_lr * (alpha_i + min(1, t / t_max) * (alpha_f - alpha_i))

    >>> [ComposerLinearScheduler(t_max="4ba").lr_at(t, base_lr=0.1) for t in (0, 1, 4, 5)]
    [0.1, 0.07500000000000001, 0.0, 0.0]

    Source: composer.optim.LinearScheduler (run in 0.32.1).
    """

    name = "composer.LinearScheduler"

    alpha_i: float = number(1.0, doc="the first factor")
    alpha_f: float = number(0.0, doc="the last factor")

    def after(self, shares: list[float]) -> list[float]:
        return line(shares, self.alpha_i, self.alpha_f)
