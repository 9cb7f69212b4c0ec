"""A value of the engine's state that decays in steps."""

from __future__ import annotations

from lrcli.frameworks.ignite._state import IgniteDecayingState
from lrcli.schedules import CurveMarks, LrRule, dataclass, length
from lrcli.schedules.turns import next_multiple


@dataclass(frozen=True, kw_only=True)
class IgniteStepStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma every step_size events.

    value(t) = initial_value * gamma**((t + 1) // step_size)

    >>> steps = IgniteStepStateScheduler(initial_value=8.0, gamma=0.5, step_size=2)
    >>> [steps.lr_at(t, 0.0) for t in (0, 1, 2, 3)]
    [8.0, 4.0, 4.0, 2.0]

    Source: ignite.handlers.StepStateScheduler (run in 0.5.5).
    """

    name = "ignite.StepStateScheduler"

    step_size: float = length(doc="events of a step", any_number=True, example="1000")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma, size = float(self.initial_value), self.gamma, self.step_size
        return lambda t: first * gamma ** ((t + 1) // size)

    def turns(self, t: int) -> CurveMarks:
        yield next_multiple(t + 1, self.step_size) - 1 if self.step_size > 0 else t, f"step x{self.gamma:g}"
