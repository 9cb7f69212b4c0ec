"""Step decay."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number
from lrcli.schedules.turns import next_multiple


@dataclass(frozen=True)
class Step(Schedule):
    """Multiply the learning rate by gamma every step_size steps.

    lr(t) = base_lr * gamma ** (t // step_size)

    >>> [Step(step_size=2, gamma=0.1).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3, 4)]
    [0.1, 0.1, 0.010000000000000002, 0.010000000000000002, 0.0010000000000000002]

    A step_size of 2.4 decays at the steps 3, 5, 8, 10 and 12: t // 2.4 is larger there than a step before.

    Source: torch.optim.lr_scheduler.StepLR.
    """

    name = "step"
    torch = "StepLR"

    step_size: float = length(doc="steps between two decays", example="30")
    gamma: float = number(0.1, doc="factor of each decay")

    def rule(self, base_lr: float) -> LrRule:
        gamma, size = self.gamma, self.step_size
        return lambda t: base_lr * float(gamma ** (t // size))

    def turns(self, t: int) -> CurveMarks:
        yield next_multiple(t, self.step_size), f"decay x{self.gamma:g}"

    def monotone_until(self, t: int) -> int | None:
        return None if self.gamma >= 0 else super().monotone_until(t)
