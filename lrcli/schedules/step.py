"""Decay by a factor: every few steps, at milestones, and at every step."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number, positions
from lrcli.schedules.turns import next_multiple

_TOO_MANY_BITS = 1100
"""No float is as large as a whole number above 1 to this power."""


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
        if isinstance(gamma, int) and gamma > 1:
            return lambda t: base_lr * gamma ** min(t // size, _TOO_MANY_BITS)
        return lambda t: base_lr * gamma ** (t // size)

    def turns(self, t: int) -> CurveMarks:
        yield next_multiple(t, self.step_size), f"decay x{self.gamma:g}"

    def monotone_until(self, t: int) -> int | None:
        return None if self.gamma >= 0 else super().monotone_until(t)


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


@dataclass(frozen=True)
class Exponential(Schedule):
    """Multiply the learning rate by gamma at every step.

    lr(t) = base_lr * gamma ** t

    >>> [Exponential(gamma=0.5).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.1, 0.05, 0.025]

    Source: torch.optim.lr_scheduler.ExponentialLR.
    """

    name = "exponential"
    torch = "ExponentialLR"

    gamma: float = number(doc="factor of each step", example="0.95")

    def rule(self, base_lr: float) -> LrRule:
        gamma = self.gamma
        if isinstance(gamma, int) and gamma > 1:  # its power has t bits or more, and is no float's from some bits on
            return lambda t: base_lr * gamma ** min(t, _TOO_MANY_BITS)
        return lambda t: base_lr * gamma**t
