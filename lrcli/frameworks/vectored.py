"""Schedules that compute a stretch of steps operation by operation: whole lists are rounded faster than numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks._float32 import WIDTHS, Width
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import LrRule, dataclass

STRETCH = 8192
"""How many steps are computed at a time."""


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


@dataclass(frozen=True, kw_only=True)
class FloatTyped(Vectored):
    """A schedule that is computed in one float type for all parameter groups, which a subclass has as its `dtype`."""

    dtype: str

    @property
    def width(self) -> Width:
        """The arithmetic of the type."""
        return WIDTHS[self.dtype]

    def ignores(self, lr: float) -> bool:
        return super().ignores(lr) and super().ignores(self.width.nearest(lr))
