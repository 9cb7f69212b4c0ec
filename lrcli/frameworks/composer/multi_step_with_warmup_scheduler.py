"""A linear warmup, then a step at each milestone."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._milestones import ComposerMilestones
from lrcli.frameworks.composer._scheduler import ComposerWarmed
from lrcli.schedules import CurveMarks, dataclass


@dataclass(frozen=True, kw_only=True)
class ComposerMultiStepWithWarmupScheduler(ComposerWarmed, ComposerMilestones):
    """Warm up linearly from 0, and multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * min(1, t / t_warmup)       for t < t_warmup
            base_lr * gamma * gamma * ...        a factor for each milestone <= t, those in the warmup included

    >>> steps = ComposerMultiStepWithWarmupScheduler(t_warmup="2ba", milestones=("4ba",), gamma=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.0, 0.05, 0.1, 0.05]

    Source: composer.optim.MultiStepWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.MultiStepWithWarmupScheduler"

    def body(self, rows: Sequence[int]) -> list[float]:
        return self.product(rows)

    def marks(self) -> CurveMarks:
        until = self.row("t_warmup", scaled=False)
        yield from ComposerWarmed.marks(self)
        for row, event in ComposerMilestones.marks(self):
            yield row, event if row >= until else ""
