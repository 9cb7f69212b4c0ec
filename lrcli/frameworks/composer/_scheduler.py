"""Composer's schedulers are multipliers that follow from the time, which time strings ("10ba", "2ep", "0.1dur") say.

A clock reads the strings, and knows what a run says of its rows.
"""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from lrcli.errors import InvalidValue, Problem, Refuses
from lrcli.frameworks.schedule import FrameworkSchedule, Listed
from lrcli.schedules import CurveMarks, Setting, dataclass, flag, number, text, untried

_OURS = {"%": ("dur", 100), "st": ("ba", 1)}
"""Units of a spec that mean one of Composer's."""
_TIME = re.compile(rf"(.+)(iter|ep|ba|sp|tok|dur|sec|{'|'.join(_OURS)})", re.IGNORECASE | re.DOTALL)
_WALL_CLOCK = re.compile(r"(?=.)(\d+h)?(\d+m)?(\d+s)?")


class Time(NamedTuple):
    """A number of batches, epochs, samples or tokens, or (`dur`) a share of the run."""

    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.value!r}{self.unit}"


refuses = partial(Refuses, "composer")
"""What Composer raises: the exception, its reason, the field and its value."""


@lru_cache(256)
def parse_time(text: object, field: str) -> Time:
    """The time that a string says. Raises InvalidValue.

    >>> parse_time("1e2ba", "t_max"), parse_time("5%", "t_warmup")
    (Time(value=100, unit='ba'), Time(value=0.05, unit='dur'))
    """
    if not isinstance(text, str):
        raise InvalidValue(field, "must be a time string like 10ba, 2ep or 0.1dur", text)
    if _WALL_CLOCK.fullmatch(text):
        return Time(0, "sec")
    match = _TIME.fullmatch(text)
    if match is None:
        raise refuses("ValueError", f"{field} {text!r} is no time string like 10ba, 2ep or 0.1dur", field, text)
    unit, parts = _OURS.get(match[2].lower(), (match[2].lower(), 1))
    try:
        value = float(match[1])
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise refuses("ValueError", f"{field} {text!r} has no number", field, text)
    if unit == "dur":
        return Time(value / parts, unit)
    if int(value) != value:
        raise refuses("TypeError", f"{field} {text!r} must be a whole number of {unit}", field, text)
    return Time(int(value), unit)


class ComposerClock(NamedTuple):
    """How rows become Composer's times: what a run says, with scale_schedule_ratio as `ratio`.

    per_row: batches of a row. per_epoch: batches of an epoch, None where nothing says so.
    """

    max_duration: Time
    ratio: float = 1.0
    per_row: int = 1
    per_epoch: int | None = None
    per_batch: int | None = None
    samples: int | None = None

    def convert(self, text: object, field: str, scaled: bool = True) -> Time:
        """The time in batches, samples or tokens, times the ratio unless it is a share of the run."""
        time = parse_time(text, field)
        if time.unit == "sec":
            raise refuses("ValueError", f"{field} must not be a wall-clock time", field, text)
        if time.unit == "dur":
            most = self.max_duration
            if most.unit == "ep":
                return Time(int(time.value * self._epoch(field) * most.value), "ba")
            if most.unit == "dur":
                raise refuses("ValueError", "max_duration must not be a share of itself", "max_duration", str(most))
            return self._countable(Time(int(time.value * most.value), most.unit), field)
        if time.unit == "ep":
            time = Time(time.value * self._epoch(field), "ba")
        return self._countable(Time(int(time.value * (self.ratio if scaled else 1.0)), time.unit), field)

    def unit_of(self, text: object, field: str) -> str:
        """The unit that a time is converted to."""
        unit = parse_time(text, field).unit
        unit = self.max_duration.unit if unit == "dur" else unit
        return "ba" if unit == "ep" else unit

    def _epoch(self, field: str) -> int:
        if self.per_epoch is None:
            what = f"{field} counts epochs, and nothing says how many batches they have"
            raise refuses("RuntimeError", f"{what}: give steps_per_epoch (or data) at the top level", field)
        return self.per_epoch

    def _countable(self, time: Time, field: str) -> Time:
        if time.unit in ("tok", "iter", "sec"):
            raise InvalidValue(field, f"counts {time.unit}: how many a batch has is not known here", str(time))
        if time.unit == "sp" and self.per_batch is None:
            raise InvalidValue(field, "counts samples: give data: {samples: ..., batch_size: ...}", str(time))
        return time

    def _counter(self, unit: str) -> Callable[[int], int]:
        """The function from the row to its time in a unit."""
        per_row, per_batch, per_epoch, samples = self.per_row, self.per_batch or 1, self.per_epoch, self.samples
        if unit == "ba":
            return lambda t: t * per_row
        if per_epoch is None or samples is None or per_epoch * per_batch <= samples:
            return lambda t: t * per_row * per_batch
        return lambda t: (t * per_row // per_epoch) * samples + t * per_row % per_epoch * per_batch

    def times(self, rows: Sequence[int], unit: str) -> Sequence[int]:
        """The times of these rows in a unit."""
        return rows if unit == "ba" and self.per_row == 1 else list(map(self._counter(unit), rows))

    def row_of(self, time: Time) -> int:
        """The first row, from 0 on, at which a time has come."""
        count, high = self._counter(time.unit), 1
        while count(high) < time.value:
            high *= 2
        return bisect_left(range(min(high, sys.maxsize)), time.value, key=count)


@dataclass(frozen=True, kw_only=True)
class ComposerScheduler(Listed, FrameworkSchedule):
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
    def clock(self) -> ComposerClock:
        """The clock of the run. Raises InvalidValue where it has none."""
        setting, max_duration, ratio = self.setting, self.max_duration, self.scale_schedule_ratio
        if not setting.length:
            return ComposerClock(parse_time(max_duration or "1dur", "max_duration"), ratio)
        by_epoch = setting.interval == "epoch"
        if by_epoch and setting.steps_per_epoch is None:
            rule = "Composer counts batches: give steps instead of epochs, or steps_per_epoch (or data) beside them"
            raise InvalidValue("max_duration", rule, max_duration)
        run = f"{setting.length}{'ep' if by_epoch else 'ba'}"
        return ComposerClock(
            parse_time(run if max_duration is None else max_duration, "max_duration"),
            ratio,
            setting.steps_per_row,
            setting.steps_per_epoch,
            setting.samples_per_step,
            setting.samples,
        )

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

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return [base_lr * factor for factor in self.factors(steps)]

    def notes(self) -> Iterator[Problem]:
        if not self.setting.length or self.max_duration is None or self.setting.in_phase:
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
