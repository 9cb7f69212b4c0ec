"""A schedule that may be behind a log, and how much there is to say about it."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace

from lrcli.infer.numbers import digits
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.linear import Linear
from lrcli.schedules.params import param_of
from lrcli.schedules.sequential import Sequential

UNROUND = 6
"""A number of so many digits was taken from the rows; nobody wrote it."""

_NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"


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

    @property
    def numbers(self) -> int:
        """How many numbers there are to say; in an expression, which bends to anything, an odd one counts as three."""
        own = 0 if self.schedule.sets_lr else 1
        return own + len(self.skipped) + _numbers(self.schedule)

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


def _numbers(schedule: Schedule) -> int:
    """How many numbers a schedule says that are not its defaults."""
    count = 0
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        if param.kind == "schedules":
            count += sum(map(_numbers, value))
        elif param.kind == "positions":
            count += len(value)
        elif param.kind == "expression" and value is not None:
            count += sum(_weight(float(text)) for text in re.findall(_NUMBER, value.text))
        elif param.kind in ("number", "length", "count") and value != f.default and isinstance(value, (int, float)):
            count += value not in (0, 1)
    return count


def _weight(value: float) -> int:
    """What a number of an expression counts."""
    return 0 if value in (0, 1, 2) else 3 if digits(value) >= UNROUND else 1
