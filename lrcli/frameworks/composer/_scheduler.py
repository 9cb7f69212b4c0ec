"""What Composer's schedulers share: a multiplier of the learning rate that is a function of the time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from lrcli.errors import Problem
from lrcli.frameworks.composer._time import Clock, Time, clock_of
from lrcli.frameworks.schedule import Vectored
from lrcli.schedules import CurveMarks, Setting, dataclass, flag, number, text, untried


@dataclass(frozen=True, kw_only=True)
class ComposerScheduler(Vectored):
    """A scheduler in a run of max_duration, whose schedule is scaled by scale_schedule_ratio."""

    max_duration: str | None = text(None, doc="length of the run as a time string; left out: the run's", optional=True)
    scale_schedule_ratio: float = number(
        1.0, doc="factor of every time but shares of the run", at_least=0, tried=untried
    )

    def check_run(self, setting: Setting) -> None:
        try:
            self.lr_at(0, 1.0)  # the constructor of the LambdaLR evaluates row 0
        except ZeroDivisionError as error:
            raise self.refusal("ZeroDivisionError", "a time that it divides by is 0 batches long") from error

    @cached_property
    def clock(self) -> Clock:
        return clock_of(self.setting, self.max_duration, self.scale_schedule_ratio)

    def time(self, field: str, scaled: bool = True) -> Time:
        """The time of a field, in what can be counted."""
        return self.clock.convert(getattr(self, field), field, scaled)

    def row(self, field: str, scaled: bool = True) -> int:
        """The first row at which the time of a field has come."""
        return self.clock.row_of(self.time(field, scaled))

    def shares(self, rows: Sequence[int], field: str, scaled: bool = True) -> list[float]:
        """How many times the time of a field has passed at these rows."""
        time = self.time(field, scaled)
        return [t / time.value for t in self.clock.times(rows, time.unit)]

    def factors(self, rows: Sequence[int]) -> list[float]:
        """The multipliers at these rows, which increase."""
        raise NotImplementedError

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return [base_lr * factor for factor in self.factors(steps)]

    def notes(self) -> Iterator[Problem]:
        if self.setting is None or self.max_duration is None or self.setting.in_phase:
            return  # a phase is shorter than the run, whose length max_duration says there
        most = self.clock.max_duration
        if most.unit == "ep":
            most = Time(int(most.value) * (self.clock.per_epoch or 1), "ba")
        if most.unit == "ba" and self.clock.row_of(most) != self.setting.length:
            what = f"{self.name}: max_duration {self.max_duration} is not the length of the run"
            yield Problem("max-duration", what, help="Leave it out, and it follows from the run")


def line(shares: Sequence[float], start: float, end: float) -> list[float]:
    """A line from `start` to `end` at these shares of the way."""
    gain = end - start
    return [start + share * gain for share in shares]


def cosine_anneal(shares: Sequence[float], low: float) -> list[float]:
    """Composer's half cosine from 1 to `low`, at shares that are cut to those between 0 and 1."""
    rest, cos, pi = 1.0 - low, math.cos, math.pi
    return [low + rest * (1 + cos((0.0 if x < 0.0 else x if x < 1.0 else 1.0) * pi)) / 2 for x in shares]


@dataclass(frozen=True, kw_only=True)
class ComposerTimed(ComposerScheduler):
    """A scheduler that ends at t_max."""

    t_max: str = text("1dur", doc="where it ends, as a time string")

    def after(self, shares: list[float]) -> list[float]:
        """The multipliers at these shares of t_max."""
        raise NotImplementedError

    def factors(self, rows: Sequence[int]) -> list[float]:
        return self.after([share if share < 1.0 else 1.0 for share in self.shares(rows, "t_max")])

    def marks(self) -> CurveMarks:
        yield self.row("t_max"), "decay ends"


@dataclass(frozen=True, kw_only=True)
class ComposerWarmed(ComposerScheduler):
    """A scheduler with a linear warmup from 0 at first."""

    t_warmup: str = text(doc="length of the warmup, as a time string", example="100ba")
    scale_warmup: bool = flag(False, doc="whether scale_schedule_ratio makes the warmup steeper", tried=untried)

    def warmup_top(self) -> float:
        """The multiplier that the warmup climbs to."""
        return 1.0

    def body(self, rows: Sequence[int]) -> list[float]:
        """The multipliers after the warmup."""
        raise NotImplementedError

    def factors(self, rows: Sequence[int]) -> list[float]:
        climbing, top = bisect_left(rows, self.row("t_warmup", scaled=False)), self.warmup_top()
        warmup = self.shares(rows[:climbing], "t_warmup", self.scale_warmup)
        return [0.0 + (share if share < 1.0 else 1.0) * top for share in warmup] + self.body(rows[climbing:])

    def marks(self) -> CurveMarks:
        yield self.row("t_warmup", scaled=False), "warmup ends"
        if self.scale_warmup:
            yield self.row("t_warmup"), ""

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        if self.time("t_warmup", scaled=False).value == 0:
            yield Problem("no-warmup", f"{self.name} has no warmup: t_warmup {self.t_warmup} comes to 0")


@dataclass(frozen=True, kw_only=True)
class ComposerWarmedTimed(ComposerWarmed):
    """A scheduler with a warmup that ends at t_max, the warmup included."""

    t_max: str = text("1dur", doc="where it ends, the warmup included, as a time string")

    def after(self, shares: list[float]) -> list[float]:
        """The multipliers at these shares of what follows the warmup."""
        raise NotImplementedError

    def check_run(self, setting: Setting) -> None:
        first, second = (self.clock.unit_of(getattr(self, field), field) for field in ("t_warmup", "t_max"))
        same = first == second or "sec" in (first, second)
        self.require(same, f"t_warmup in {first} and t_max in {second} must use the same units", "t_warmup")
        end, most = self.time("t_max"), self.clock.max_duration
        if most.unit == "ep" and end.unit == "ba" and self.clock.per_epoch is not None:
            most = Time(most.value * self.clock.per_epoch, "ba")
        reason = f"t_max {end} must be at least max_duration {most}: the schedule would end before the run"
        self.require(most.unit != end.unit or end.value >= most.value, reason, "t_max")
        super().check_run(setting)

    @property
    def decays(self) -> bool:
        """Whether t_max lies behind the warmup."""
        return self.time("t_max").value > self.time("t_warmup", scaled=False).value

    def body(self, rows: Sequence[int]) -> list[float]:
        if not self.decays:
            return self.after([0.0] * len(rows))
        warmup, end = self.time("t_warmup", scaled=False).value, self.time("t_max")
        rest = end.value - warmup
        return self.after([(t - warmup) / rest if t < end.value else 1.0 for t in self.clock.times(rows, end.unit)])

    def marks(self) -> CurveMarks:
        yield from super().marks()
        if self.decays:
            yield self.row("t_max"), "decay ends"

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        if not self.decays:
            what = f"{self.name} never decays: its warmup is not shorter than t_max"
            yield Problem("no-decay", what, "the rate stays at its peak after the warmup")
