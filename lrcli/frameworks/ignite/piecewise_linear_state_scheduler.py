"""A value of the engine's state that goes in lines between milestones."""

from __future__ import annotations

from lrcli.frameworks.ignite._lines import Milestones, lines
from lrcli.frameworks.ignite._state import IgniteState
from lrcli.schedules import CurveMarks, LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class IgnitePiecewiseLinearStateScheduler(Milestones, IgniteState):
    """Set a value of the engine's state in lines from one milestone's value to the next one's.

    value(t) = v_k + (v_(k+1) - v_k) * (t + 1 - m_k) / (m_(k+1) - m_k)    for m_k <= t + 1 < m_(k+1)

    >>> line = IgnitePiecewiseLinearStateScheduler(milestones_values=((1, 0.1), (5, 0.2)))
    >>> [round(line.lr_at(t, 0.0), 4) for t in (0, 2, 4, 5)]
    [0.1, 0.15, 0.2, 0.2]

    Source: ignite.handlers.PiecewiseLinearStateScheduler (run in 0.5.5).
    """

    name = "ignite.PiecewiseLinearStateScheduler"

    def rule(self, base_lr: float) -> LrRule:
        line = lines(self.milestones_values)
        return lambda t: line(t + 1)

    def marks(self) -> CurveMarks:
        for at in dict.fromkeys(at for at, _ in self.milestones_values):
            yield at - 1, "milestone"
