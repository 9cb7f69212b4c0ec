"""What Composer's schedulers have in common: a multiplier of the learning rate that is a function of the time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from lrcli.errors import Problem
from lrcli.frameworks.composer._time import Clock, Time, clock_of, refuses
from lrcli.frameworks.vectored import Vectored
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import flag, number, text
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class ComposerScheduler(Vectored):
    """A scheduler in a run of max_duration, whose schedule is scaled by scale_schedule_ratio."""

    counts = "step"

    max_duration: str | None = text(None, doc="length of the run as a time string; left out: the run's", optional=True)
    scale_schedule_ratio: float = number(1.0, doc="factor of every time but shares of the run", at_least=0)
    setting: Setting | None = setting()

    def bind(self, setting: Setting) -> Any:
        bound = super().bind(setting)
        bound.check()
        try:
            bound.lr_at(0, 1.0)  # the constructor of the LambdaLR evaluates row 0
        except ZeroDivisionError as error:
            raise refuses("ZeroDivisionError", "a time that it divides by is 0 batches long") from error
        return bound

    def check(self) -> None:
        """Raise what Composer refuses of the times in this run."""

    @cached_property
    def clock(self) -> Clock:
        return clock_of(self.setting, self.max_duration, self.scale_schedule_ratio)

    def time(self, field: str, scaled: bool = True) -> Time:
        """The time of a field, in what can be counted."""
        return self.clock.convert(getattr(self, field), field, scaled)

    def factors(self, times: Sequence[int]) -> list[float]:
        """The multipliers at these times, in increasing order, in the unit `unit`."""
        raise NotImplementedError

    def unit(self) -> str:
        """The unit of the times that `factors` takes."""
        raise NotImplementedError

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        times = self.clock.times(steps, self.unit())
        return [base_lr * factor for factor in self.factors(times)]

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self.remarks())

    def remarks(self) -> Iterator[Problem]:
        if self.setting is None or self.max_duration is None or self.setting.in_phase:
            return  # a phase is shorter than the run, whose length max_duration says there
        most = self.clock.max_duration
        if most.unit not in ("ba", "ep"):
            return
        rows = self.clock.row_of(
            Time(int(most.value) * (self.clock.per_epoch or 1), "ba") if most.unit == "ep" else most
        )
        if rows != self.setting.length:
            what = f"{self.name}: max_duration {self.max_duration} is not the length of the run"
            yield Problem("max-duration", what, help="Leave it out, and it follows from the run")


def cosine_anneal(shares: Sequence[float], low: float) -> list[float]:
    """Composer's half cosine from 1 to `low`, at shares that are cut to those between 0 and 1."""
    rest, cos, pi = 1.0 - low, math.cos, math.pi
    return [low + rest * (1 + cos((0.0 if x < 0.0 else x if x < 1.0 else 1.0) * pi)) / 2 for x in shares]


@dataclass(frozen=True, kw_only=True)
class ComposerTimed(ComposerScheduler):
    """A scheduler that ends at t_max."""

    t_max: str = text("1dur", doc="where it ends, as a time string")

    def unit(self) -> str:
        return self.time("t_max").unit

    def marks(self) -> Iterator[tuple[float, str]]:
        yield self.clock.row_of(self.time("t_max")), "decay ends"


@dataclass(frozen=True, kw_only=True)
class ComposerWarmed(ComposerScheduler):
    """A scheduler with a linear warmup from 0 at first."""

    t_warmup: str = text(doc="length of the warmup, as a time string", example="100ba")
    scale_warmup: bool = flag(False, doc="whether scale_schedule_ratio makes the warmup steeper")

    def warmup_top(self) -> float:
        """The multiplier that the warmup climbs to."""
        return 1.0

    def unit(self) -> str:
        return self.time("t_warmup", scaled=False).unit

    def body(self, times: Sequence[int]) -> list[float]:
        """The multipliers after the warmup."""
        raise NotImplementedError

    def factors(self, times: Sequence[int]) -> list[float]:
        climbing = bisect_left(times, self.time("t_warmup", scaled=False).value)
        rest = self.body(times[climbing:]) if climbing < len(times) else []
        if not climbing:
            return rest
        length, top = self.time("t_warmup", self.scale_warmup).value, self.warmup_top() - 0.0
        shares = [t / length for t in times[:climbing]]
        return [0.0 + (share if share < 1.0 else 1.0) * top for share in shares] + rest

    def marks(self) -> Iterator[tuple[float, str]]:
        yield self.clock.row_of(self.time("t_warmup", scaled=False)), "warmup ends"
        if self.scale_warmup:
            yield self.clock.row_of(self.time("t_warmup")), ""

    def remarks(self) -> Iterator[Problem]:
        yield from super().remarks()
        if self.time("t_warmup", scaled=False).value == 0:
            yield Problem("no-warmup", f"{self.name} has no warmup: t_warmup {self.t_warmup} comes to 0")


@dataclass(frozen=True, kw_only=True)
class ComposerWarmedTimed(ComposerWarmed):
    """A scheduler with a warmup that ends at t_max, the warmup included."""

    t_max: str = text("1dur", doc="where it ends, the warmup included, as a time string")

    def after(self, shares: list[float]) -> list[float]:
        """The multipliers at these shares of what follows the warmup."""
        raise NotImplementedError

    def check(self) -> None:
        units = [self.clock.unit_of(getattr(self, field), field) for field in ("t_warmup", "t_max")]
        if units[0] != units[1] and "sec" not in units:
            reason = f"t_warmup in {units[0]} and t_max in {units[1]} must use the same units"
            raise refuses("ValueError", reason, "t_warmup", self.t_warmup)
        end = self.time("t_max")
        most = self.clock.max_duration
        if most.unit == "ep" and end.unit == "ba" and self.clock.per_epoch is not None:
            most = Time(most.value * self.clock.per_epoch, "ba")
        if most.unit == end.unit and end.value < most.value:
            reason = f"t_max {end} must be at least max_duration {most}: the schedule would end before the run"
            raise refuses("ValueError", reason, "t_max", self.t_max)

    def body(self, times: Sequence[int]) -> list[float]:
        warmup, end = self.time("t_warmup", scaled=False).value, self.time("t_max").value
        rest = end - warmup
        if rest <= 0:
            return self.after([0.0] * len(times))
        return self.after([(t - warmup) / rest if t < end else 1.0 for t in times])

    def marks(self) -> Iterator[tuple[float, str]]:
        yield from super().marks()
        warmup, end = self.time("t_warmup", scaled=False), self.time("t_max")
        if end.value > warmup.value:
            yield self.clock.row_of(end), "decay ends"

    def remarks(self) -> Iterator[Problem]:
        yield from super().remarks()
        warmup, end = self.time("t_warmup", scaled=False), self.time("t_max")
        if end.value <= warmup.value:
            what = f"{self.name} never decays: its warmup is not shorter than t_max"
            yield Problem("no-decay", what, "the rate stays at its peak after the warmup")
