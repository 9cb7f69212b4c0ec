"""A schedule that may be behind a log, and how much there is to say about it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

from lrcli.schedules.base import Schedule
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Sequential


@dataclass(frozen=True)
class Candidate:
    """A spec of one parameter group, as values.

    first_step: the position that is the scheduler's step 0. cost: how much there is to say about its numbers; the
    cheapest candidate that explains the rows is the answer. horizon: the step at which the schedule ends, 0 if it has
    no end. free: what the rows do not determine. evidence: what speaks for it. skipped: the positions at which the
    scheduler did not move on.
    """

    kind: str
    lr: float
    schedule: Schedule
    first_step: int
    cost: float
    horizon: int = 0
    free: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()

    def at(self, p: int) -> float:
        """The learning rate at a position."""
        t = p - self.first_step - (bisect_right(self.skipped, p) if self.skipped else 0)
        return self.schedule.lr_at(t, self.lr) if t >= 0 else float("nan")

    def noting(self, *free: str) -> Candidate:
        """The same, with more that is not determined."""
        return replace(self, free=(*self.free, *free))


def after_warmup(warmup: int, start_factor: float, schedule: Schedule) -> Schedule:
    """The schedule after a linear warmup of so many steps."""
    if warmup <= 0:
        return schedule
    ramp = Linear(start_factor=start_factor, total_iters=warmup)
    if isinstance(schedule, Sequential):
        return Sequential((ramp, *schedule.schedules), (warmup, *(warmup + m for m in schedule.milestones)))
    return Sequential((ramp, schedule), (warmup,))
