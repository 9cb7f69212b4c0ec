"""What the schedules of frameworks have in common: they are told of the run, and know what the framework refuses."""

from __future__ import annotations

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
