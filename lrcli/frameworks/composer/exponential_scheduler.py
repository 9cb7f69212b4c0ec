"""A geometric decay."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._scheduler import ComposerScheduler
from lrcli.schedules import dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class ComposerExponentialScheduler(ComposerScheduler):
    """Multiply the learning rate by gamma over each decay_period, smoothly.

    lr(t) = base_lr * gamma**(t / decay_period)

    >>> [ComposerExponentialScheduler(gamma=0.25, decay_period="2ba").lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.1, 0.05, 0.025]

    Source: composer.optim.ExponentialScheduler (run in 0.32.1).
    """

    name = "composer.ExponentialScheduler"

    gamma: float = number(doc="factor of each period", above=0, example="0.5")
    decay_period: str = text("1ep", doc="the period, as a time string", example="1000ba")

    def factors(self, rows: Sequence[int]) -> list[float]:
        gamma = self.gamma
        return [gamma**share for share in self.shares(rows, "decay_period")]
