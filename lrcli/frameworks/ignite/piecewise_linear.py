"""Lines between milestones."""

from __future__ import annotations

from lrcli.frameworks.ignite._lines import Milestones, lines
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup
from lrcli.schedules import CurveMarks, LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class IgnitePiecewiseLinear(Milestones, IgniteOfGroup):
    """Go in lines from one milestone's value to the next one's.

    lr(t) = v_k + (v_(k+1) - v_k) * (t - m_k) / (m_(k+1) - m_k)    for m_k <= t < m_(k+1)
            v_0 before the first milestone, the last value after the last one

    Two milestones at one event are a jump.

    >>> line = IgnitePiecewiseLinear(milestones_values=((1, 0.1), (5, 0.2)))
    >>> [round(line.lr_at(t, 0.0), 4) for t in (0, 1, 3, 5, 6)]
    [0.1, 0.1, 0.15, 0.2, 0.2]

    Source: ignite.handlers.PiecewiseLinear (run in 0.5.5).
    """

    name = "ignite.PiecewiseLinear"
    sets_lr = True

    def rule(self, base_lr: float) -> LrRule:
        return (lambda t: base_lr) if self.is_idle else lines(self.milestones_values)

    def marks(self) -> CurveMarks:
        for at in dict.fromkeys(at for at, _ in self.milestones_values):
            yield at, "milestone"
