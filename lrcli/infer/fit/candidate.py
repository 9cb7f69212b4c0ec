"""A schedule that may be behind a log, and how much there is to say about it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.limits import UNROUND
from lrcli.infer.numbers import digits
from lrcli.infer.transforms import averaged, lagging, pointwise, scaled, shifted
from lrcli.schedules import Schedule, parameters
from lrcli.schedules.base import Setting
from lrcli.schedules.constant import Constant
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.params import param_of
from lrcli.schedules.sequential import Sequential
from lrcli.values import dataclass

_NUMBER = r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"

CONSTANT, UNSHAPED = Constant(), Shape("", 0.0)


class Epochs(NamedTuple):
    """How a row of the log shows an epoch of so many scheduler steps: its last step, or the mean of them."""

    steps: int
    shows: Literal["last", "mean"]


@dataclass(frozen=True)
class Candidate:
    """A spec of one parameter group, as values.

    first_step: the position that is the scheduler's step 0. cost: how much there is to say about its numbers; the
    cheapest candidate that explains the rows is the answer. horizon: the step at which the schedule ends, 0 if it has
    no end. free: what the rows do not determine. evidence: what speaks for it. skipped: the positions at which the
    scheduler did not move on. shape: the curve in words of no framework, UNSHAPED where there are none. setting: the
    run, for a schedule that has to know it. epochs: where a row of the log is an epoch of many steps; horizon counts
    epochs then. A draft has its shape, but no schedule yet; that of a decay alone begins at its own step 0.
    """

    kind: str
    lr: float
    first_step: int
    cost: float
    schedule: Schedule = CONSTANT
    horizon: int = 0
    free: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    skipped: tuple[int, ...] = ()
    shape: Shape = UNSHAPED
    setting: Setting | None = None
    epochs: Epochs | None = None

    @cached_property
    def at(self) -> Callable[[int], float]:
        """The function from a position to the learning rate there, NaN before the scheduler's step 0."""
        rule, first = self.bound.rule(self.lr), self.first_step
        if not self.skipped and self.epochs is None:
            return lambda p: rule(p - first) if p >= first else math.nan
        source = pointwise(rule)  # type: ignore[arg-type]
        if self.epochs is not None:
            steps, shows = self.epochs
            mean = shows == "mean"
            source = scaled(steps).of(averaged(source, steps, 0)) if mean else scaled(steps, steps - 1).of(source)
        source = shifted(-first).of(source)
        if self.skipped:
            source = lagging(self.skipped, range(1, len(self.skipped) + 1)).of(source)
        return lambda p: source([p])[0] if p >= first else math.nan

    @cached_property
    def bound(self) -> Schedule:
        """The schedule in its run."""
        return self.schedule.bind(self.setting) if self.setting else self.schedule

    @property
    def said(self) -> tuple[float, Schedule, int]:
        """What there is to say: candidates that say the same are one."""
        return self.lr, self.schedule, self.first_step

    @property
    def is_code(self) -> bool:
        """Whether it is said as an expression, which no class is."""
        return _has_code(self.schedule)

    @property
    def numbers(self) -> int:
        """How many numbers there are to say; in an expression, which bends to anything, an odd one counts as three."""
        return (not self.schedule.sets_lr) + len(self.skipped) + _numbers(self.schedule)


_KINDS = {
    "line": "linear",
    "power": "polynomial",
    "steps": "multistep",
    "restarts": "cosine_restarts",
    "waves": "cosine",
}
"""The decays that are called otherwise to the user."""


def draft(first_step: int, shape: Shape, cost: float, free: tuple[str, ...] = (), **more: Any) -> Candidate:
    """The candidate with this shape, for which a schedule is to be found; cycles may go on behind the last row."""
    kind = "step" if shape.decay == "steps" and shape.scale else _KINDS.get(shape.decay, shape.decay)
    horizon = 0 if shape.decay == "restarts" else shape.end
    return Candidate(kind, shape.lr, first_step, cost, horizon=horizon, free=free, shape=shape, **more)


def _has_code(schedule: Schedule) -> bool:
    return isinstance(schedule, Lambda) or any(map(_has_code, schedule.parts()))


def _numbers(schedule: Schedule) -> int:
    """How many numbers a schedule says that are not its defaults."""
    count = 0
    if isinstance(schedule, Sequential) and 1 < schedule.milestones[0] == getattr(
        schedule.schedules[0], "total_iters", 0
    ):
        count -= 1  # the warmup's length is said once
    for f in parameters(schedule):
        param, value = param_of(f), getattr(schedule, f.name)
        if param.kind in ("schedule", "schedules"):
            count += sum(map(_numbers, value if isinstance(value, tuple) else (value,) * (value is not None)))
        elif param.kind in ("data", "text") and value != f.default:
            count += len(re.findall(_NUMBER, str(value)))
        elif param.kind == "positions" and value is not None:
            count += len(value)
        elif param.kind == "expression" and value is not None:
            count += sum(_weight(float(text)) for text in re.findall(_NUMBER, value.text))
        elif param.kind in ("number", "length", "count") and value != f.default and isinstance(value, (int, float)):
            count += value not in (0, 1)
    return count


def _weight(value: float) -> int:
    """What a number of an expression counts."""
    return 0 if value in (0, 1, 2) else 3 if digits(value) >= UNROUND else 1
