"""What the schedules of frameworks have in common: they are told of the run, and know what the framework refuses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lrcli.schedules import LrRule, Schedule, Setting, dataclass, setting
from lrcli.schedules.params import Demand


def above(bound: float, exception: str = "ValueError") -> Demand:
    """Demand that a number is above a bound."""
    return Demand(exception, f"must be above {bound:g}", lambda value: value > bound)


def at_least(bound: float, exception: str = "ValueError") -> Demand:
    """Demand that a number is not below a bound."""
    return Demand(exception, f"must be at least {bound:g}", lambda value: value >= bound)


def below(bound: float) -> Demand:
    """Demand that a number is below a bound."""
    return Demand("ValueError", f"must be below {bound:g}", lambda value: value < bound)


STRETCH = 8192
"""Of steps that are computed together, so many are computed at a time."""
NOT_ZERO = Demand("ZeroDivisionError", "is divided by", bool)


@dataclass(frozen=True, kw_only=True)
class FrameworkSchedule(Schedule):
    """A schedule of a framework. Its `setting` is what the run tells it, None before it is bound."""

    counts = "step"

    setting: Setting | None = setting()


@dataclass(frozen=True, kw_only=True)
class Forwarding(FrameworkSchedule):
    """A schedule whose curve is that of another one, which it has or builds."""

    @property
    def inner(self) -> Schedule:
        """The schedule whose curve it is."""
        raise NotImplementedError

    def stands_alone(self) -> bool:
        return self.inner.stands_alone()

    def rule(self, base_lr: float) -> LrRule:
        return self.inner.rule(base_lr)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return self.inner.lrs(base_lr, start, stop)

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        return self.inner.trace(base_lr, start, stop)

    def next_break(self, t: int) -> int | None:
        return self.inner.next_break(t)

    def monotone_until(self, t: int) -> int | None:
        return self.inner.monotone_until(t)

    def event_at(self, t: int) -> str:
        return self.inner.event_at(t)


@dataclass(frozen=True)
class Pieced(Schedule):
    """A schedule whose subclass writes `pieces`; a million steps then cost one call of a piece for each."""

    def pieces(self, base_lr: float) -> Sequence[tuple[float, LrRule]]:
        """Functions of the step, each with the first step that is not its own; that of the last one is infinite."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> LrRule:
        pieces = self.pieces(base_lr)

        def lr_at(t: int) -> float:
            return next(piece for end, piece in pieces if t < end)(t)

        return lr_at

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        rates: list[float] = []
        for end, piece in self.pieces(base_lr):
            until = stop if end >= stop else math.ceil(end)
            if until > start:
                rates += map(piece, range(start, until))
                start = until
        return rates


@dataclass(frozen=True, kw_only=True)
class Vectored(FrameworkSchedule):
    """A schedule whose subclass writes `stretch`: the learning rates of some steps, in increasing order."""

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        """The learning rates of these steps."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: self.stretch((t,), base_lr)[0]

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return self.stretch(steps, base_lr)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        stretches = (range(begin, min(begin + STRETCH, stop)) for begin in range(start, stop, STRETCH))
        return [lr for stretch in stretches for lr in self.stretch(stretch, base_lr)]
