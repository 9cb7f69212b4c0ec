"""Schedules whose every step stands alone, written once as a function of the step."""

from __future__ import annotations

from collections.abc import Callable

from lrcli.schedules.base import Schedule
from lrcli.values import dataclass

StatelessRule = Callable[[int], float]
"""The learning rate of a step."""


@dataclass(frozen=True)
class Stateless(Schedule):
    """A schedule whose subclass writes `rule`: a function of the step, over local variables.

    A million steps then cost what a plain function costs that is called for each.
    """

    def rule(self, base_lr: float) -> StatelessRule:
        """The function from the step to the learning rate, for a group of this base learning rate."""
        raise NotImplementedError

    def breaks(self) -> tuple[float, ...]:
        """The steps at which the curve jumps, bends or turns, where there are only a few; in any order."""
        return ()

    def lr_at(self, t: int, base_lr: float) -> float:
        return self.rule(base_lr)(t)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return list(map(self.rule(base_lr), range(start, stop)))

    def next_break(self, t: int) -> int | None:
        least = max(t, 1)
        return min((int(-(-at // 1)) for at in self.breaks() if at > least - 1), default=None)
