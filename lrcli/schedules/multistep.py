"""Decay at given steps."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, number, positions


@dataclass(frozen=True)
class MultiStep(Schedule):
    """Multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * gamma ** (number of milestones <= t)

    A milestone that stands twice counts twice; the order does not matter.

    >>> [MultiStep(milestones=(2, 3), gamma=0.1).lr_at(t, base_lr=1.0) for t in (1, 2, 3)]
    [1.0, 0.1, 0.010000000000000002]

    Source: torch.optim.lr_scheduler.MultiStepLR.
    """

    name = "multistep"
    torch = "MultiStepLR"

    milestones: tuple[float, ...] = positions(doc="steps at which the learning rate decays", example="[30, 60, 80]")
    gamma: float = number(0.1, doc="factor of each decay")

    @cached_property
    def _sorted(self) -> list[float]:
        return sorted(self.milestones)

    def rule(self, base_lr: float) -> LrRule:
        gamma, milestones = self.gamma, self._sorted
        return lambda t: base_lr * gamma ** bisect_right(milestones, t)

    def turns(self, t: int) -> CurveMarks:
        passed = bisect_right(self._sorted, t - 1)
        return ((place, "") for place in self._sorted[passed : passed + 1])

    def event_at(self, t: int) -> str:
        n = bisect_right(self._sorted, t) - bisect_right(self._sorted, t - 1)
        return "" if not n else f"milestone x{self.gamma:g}" if n == 1 else f"milestone x{self.gamma:g}^{n}"
