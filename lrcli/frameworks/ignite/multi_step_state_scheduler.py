"""A value of the engine's state that decays at milestones."""

from __future__ import annotations

from bisect import bisect_right

from lrcli.frameworks.ignite._state import IgniteDecayingState
from lrcli.schedules import CurveMarks, LrRule, dataclass, positions


@dataclass(frozen=True, kw_only=True)
class IgniteMultiStepStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma at each milestone, one row before it.

    value(t) = initial_value * gamma**(number of milestones <= t + 1)

    >>> steps = IgniteMultiStepStateScheduler(initial_value=8.0, gamma=0.5, milestones=(2, 4))
    >>> [steps.lr_at(t, 0.0) for t in range(5)]
    [8.0, 4.0, 4.0, 2.0, 2.0]

    Source: ignite.handlers.MultiStepStateScheduler (run in 0.5.5).
    """

    name = "ignite.MultiStepStateScheduler"

    milestones: tuple[float, ...] = positions(doc="the events at which it decays, in order", example="[3000, 6000]")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma, milestones = float(self.initial_value), self.gamma, self.milestones
        return lambda t: first * gamma ** bisect_right(milestones, t + 1)

    def marks(self) -> CurveMarks:
        for milestone in self.milestones:
            yield milestone - 1, f"milestone x{self.gamma:g}"
