"""A step at each milestone."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._milestones import ComposerMilestones
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class ComposerMultiStepScheduler(ComposerMilestones):
    """Multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * gamma * gamma * ...    a factor for each milestone <= t

    >>> steps = ComposerMultiStepScheduler(milestones=("2ba", "4ba"), gamma=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 4)]
    [0.1, 0.05, 0.05, 0.025]

    Source: composer.optim.MultiStepScheduler (run in 0.32.1).
    """

    name = "composer.MultiStepScheduler"

    def factors(self, rows: Sequence[int]) -> list[float]:
        return self.product(rows)
