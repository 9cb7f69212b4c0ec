"""Composer's time strings ("10ba", "2ep", "0.1dur"), and the clock of a run that they are read by."""

from __future__ import annotations

import math
import re
import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from lrcli.errors import InvalidValue, Refuses
from lrcli.schedules import Setting

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


class Clock(NamedTuple):
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


def clock_of(setting: Setting | None, max_duration: str | None, ratio: float) -> Clock:
    """The clock of a run. Raises InvalidValue where it has none."""
    if setting is None:
        return Clock(parse_time(max_duration or "1dur", "max_duration"), ratio)
    by_epoch = setting.interval == "epoch"
    if by_epoch and setting.steps_per_epoch is None:
        rule = "Composer counts batches: give steps instead of epochs, or steps_per_epoch (or data) beside them"
        raise InvalidValue("max_duration", rule, max_duration)
    run = f"{setting.length}{'ep' if by_epoch else 'ba'}"
    return Clock(
        parse_time(run if max_duration is None else max_duration, "max_duration"),
        ratio,
        (setting.steps_per_epoch or 1) if by_epoch else 1,
        setting.steps_per_epoch,
        setting.samples_per_step,
        setting.samples,
    )
