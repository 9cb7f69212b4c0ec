"""Schedules whose every step stands alone, with the steps at which they jump or bend."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass

StatelessRule = LrRule


@dataclass(frozen=True)
class Stateless(Schedule):
    """A schedule whose subclass writes `rule`, and `breaks` where it has no `marks`."""

    def breaks(self) -> tuple[float, ...]:
        """The steps at which the curve jumps, bends or turns, where there are only a few; in any order."""
        return ()

    def marks(self) -> CurveMarks:
        return ((place, "") for place in self.breaks())
