"""Schedules that compute a stretch of steps operation by operation: whole lists are rounded faster than numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.marked import Marked
from lrcli.frameworks.stateless import StatelessRule
from lrcli.values import dataclass

STRETCH = 8192
"""How many steps are computed at a time."""


@dataclass(frozen=True)
class Vectored(Marked):
    """A schedule whose subclass writes `stretch`: the learning rates of some steps, in increasing order."""

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        """The learning rates of these steps."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> StatelessRule:
        return lambda t: self.stretch((t,), base_lr)[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if stop - start <= STRETCH:
            return self.stretch(range(start, stop), base_lr)
        found: list[float] = []
        for begin in range(start, stop, STRETCH):
            found += self.stretch(range(begin, min(begin + STRETCH, stop)), base_lr)
        return found
