"""A step each step_size."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.composer._scheduler import ComposerScheduler
from lrcli.schedules import CurveMarks, dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class ComposerStepScheduler(ComposerScheduler):
    """Multiply the learning rate by gamma each step_size.

    lr(t) = base_lr * gamma**int(t / step_size)

    >>> [ComposerStepScheduler(step_size="2ba", gamma=0.5).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.1, 0.1, 0.05, 0.025]

    Source: composer.optim.StepScheduler (run in 0.32.1).
    """

    name = "composer.StepScheduler"

    step_size: str = text(doc="time between two steps, as a time string", example="2000ba")
    gamma: float = number(0.1, doc="factor of each step")

    def factors(self, rows: Sequence[int]) -> list[float]:
        gamma = self.gamma
        return [gamma ** int(share) for share in self.shares(rows, "step_size")]

    def turns(self, t: int) -> CurveMarks:
        size = self.time("step_size")
        if self.gamma == 1 or size.value < 0:
            return
        steps = int(self.shares((t - 1,), "step_size")[0]) + 1
        while (row := self.clock.row_of(size._replace(value=steps * size.value))) < t:
            steps += 1
        yield row, f"step x{self.gamma:g}"
