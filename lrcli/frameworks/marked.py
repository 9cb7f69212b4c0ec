"""Schedules that say at which positions they jump or bend, and what happens there in words."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.stateless import Stateless
from lrcli.schedules.base import Schedule
from lrcli.values import dataclass


@dataclass(frozen=True)
class Marks(Schedule):
    """A schedule whose breaks carry their events: a subclass writes `marks`, `repeats` or both."""

    def marks(self) -> Iterator[tuple[float, str]]:
        """The positions at which the curve jumps or bends, each with its event ("" for none)."""
        return iter(())

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        """(begin, every, event) of marks that repeat: at begin, begin + every, and so on for ever."""
        return iter(())

    def next_break(self, t: int) -> int | None:
        marks = (math.ceil(at) for at, _ in self.marks() if at < math.inf)
        turns = (next_turn(t, begin, every) for begin, every, _ in self.repeats() if every > 0)
        return min((at for at in (*marks, *turns) if at >= max(t, 1)), default=None)

    def event_at(self, t: int) -> str:
        if t < 1:
            return ""
        events = [event for at, event in self.marks() if t - 1 < at <= t]
        events += [event for begin, every, event in self.repeats() if every > 0 and next_turn(t, begin, every) == t]
        return "; ".join(filter(None, events))


@dataclass(frozen=True)
class Marked(Marks, Stateless):
    """A stateless schedule with such breaks."""


def next_turn(t: int, begin: float, every: float) -> int:
    """The first step at or after t, and after 0, that is begin + k * every (rounded up) for a k >= 0; every is above 0.

    >>> [next_turn(t, 10, 2.5) for t in (0, 11, 13, 14)]
    [10, 13, 13, 15]
    """
    t = max(t, 1)
    if every <= 1:
        return max(t, math.ceil(begin))
    k = max(0, math.floor((t - begin) / every) - 1)
    while math.ceil(begin + k * every) < t:
        k += 1
    return math.ceil(begin + k * every)


def first(*steps: int | None) -> int | None:
    """The least of these steps, of which None is none."""
    return min((step for step in steps if step is not None), default=None)
