"""Cycles whose length and ends change from one to the next."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import raised
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.params import Demand


class Cycle(NamedTuple):
    """A cycle: its events, those of the climb back (warm), and its ends. `after` is the start from event size on."""

    size: int
    warm: int
    start: float
    after: float
    end: float


class Cycles:
    """The cycles, computed as they are asked for."""

    def __init__(self, scheduler: IgniteCyclical, start: float) -> None:
        self._scheduler = scheduler
        size, warm = int(scheduler.cycle_size), int(scheduler.warmup_duration)
        first = Cycle(size, warm, start, start * scheduler.start_value_mult, scheduler.end_value)
        self._begins, self._cycles = [0], [first]

    def at(self, t: int) -> tuple[Cycle, int]:
        """(the cycle of event t, the event's place in it). Raises ValueError where cycles have come down to nothing."""
        begins, cycles, scheduler = self._begins, self._cycles, self._scheduler
        while True:
            cycle, begin = cycles[-1], begins[-1]
            if cycle.size == 0:
                if t < begin:
                    break
                raise raised("ignite", "ZeroDivisionError", "the cycle has come down to 0 events")
            whole = cycle.size + cycle.warm
            if t < begin + whole:
                break
            following = Cycle(
                int(cycle.size * scheduler.cycle_mult),
                int(cycle.warm * scheduler.cycle_mult),
                cycle.after,
                cycle.after * scheduler.start_value_mult,
                cycle.end * scheduler.end_value_mult,
            )
            if following == cycle:  # it stays so for ever
                return cycle, (t - begin) % whole
            begins.append(begin + whole)
            cycles.append(following)
        i = bisect_right(begins, t) - 1
        return cycles[i], t - begins[i]


_TWO = Demand("ValueError", "should be larger than 1", lambda size: size >= 2)


@dataclass(frozen=True, kw_only=True)
class IgniteCyclical(IgniteOfGroup):
    """A scheduler of cycles from start_value to end_value, with a climb back of warmup_duration events."""

    sets_lr = True
    own_rate = "start_value"

    start_value: float | None = number(None, doc="the learning rate at the start of a cycle", optional=True)
    end_value: float = number(doc="the learning rate at its end", example="0.001")
    cycle_size: float = length(
        doc="events of a cycle, without the climb back", any_number=True, example="1000", demands=(_TWO,)
    )
    cycle_mult: float = number(1.0, doc="factor from one cycle's length to the next", at_least=0)
    start_value_mult: float = number(1.0, doc="factor of the start from cycle to cycle")
    end_value_mult: float = number(1.0, doc="factor of the end from cycle to cycle")
    warmup_duration: float = length(0, doc="events of the climb back to the start", any_number=True)

    def check_values(self) -> None:
        for field in ("cycle_size", "warmup_duration"):
            value = getattr(self, field)
            if value != int(value) or value < 0:
                raise InvalidValue(field, "must be a whole number of at least 0", value)

    def shape(self, start: float, end: float, shares: list[float]) -> list[float]:
        """The learning rates at these shares of a cycle."""
        raise NotImplementedError

    @cached_property
    def _cycles_of(self) -> dict[float, Cycles]:
        return {}

    def _cycles(self, base_lr: float) -> Cycles:
        start = self.rate(base_lr)
        return self._cycles_of.setdefault(start, Cycles(self, start))

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if self.is_idle:
            return [base_lr] * (stop - start)
        cycles, rows, t = self._cycles(base_lr), [], start
        while t < stop:
            cycle, place = cycles.at(t)
            size, warm, begin, after, end = cycle
            until = min(place + stop - t, size + warm)
            if place < size:
                rows += self.shape(begin, end, [e / size for e in range(place, min(until, size))])
            if place <= size < until:
                rows += self.shape(after, end, [1.0])
            rows += [end + (after - end) * ((e - size) / warm) for e in range(max(place, size + 1), until)]
            t += until - place
        return rows

    def bends(self, size: int) -> tuple[float, ...]:
        """The places in a cycle at which it turns, its ends aside."""
        return ()

    def turns(self, t: int) -> CurveMarks:
        if self.is_idle:
            return
        try:
            cycle, place = self._cycles(1.0).at(t - 1)
        except ValueError:
            return
        begin = t - 1 - place
        yield begin + cycle.size + cycle.warm, "restart"
        if cycle.warm:
            yield begin + cycle.size, "climb begins"
        for bend in self.bends(cycle.size):
            yield from ((begin + math.floor(bend), ""), (begin + math.ceil(bend), ""))


@dataclass(frozen=True, kw_only=True)
class IgniteCosineAnnealingScheduler(IgniteCyclical):
    """Follow half a cosine from start_value to end_value in each cycle, and start again.

    lr(t) = start + ((end - start) / 2) * (1 - cos(pi * e / size))     at event e of a cycle, e <= size
            end + (start - end) * ((e - size) / warmup_duration)       for e > size

    From one cycle to the next, size, start, end and warmup_duration are multiplied by cycle_mult (and cut to whole
    numbers), start_value_mult, end_value_mult and cycle_mult. end is never quite reached without a warmup_duration.

    >>> cosine = IgniteCosineAnnealingScheduler(start_value=0.1, end_value=0.0, cycle_size=4)
    >>> [round(cosine.lr_at(t, 0.0), 4) for t in range(6)]
    [0.1, 0.0854, 0.05, 0.0146, 0.1, 0.0854]

    Source: ignite.handlers.CosineAnnealingScheduler (run in 0.5.5).
    """

    name = "ignite.CosineAnnealingScheduler"

    def shape(self, start: float, end: float, shares: list[float]) -> list[float]:
        half, cos, pi = (end - start) / 2, math.cos, math.pi
        return [start + half * (1 - cos(pi * share)) for share in shares]


@dataclass(frozen=True, kw_only=True)
class IgniteLinearCyclicalScheduler(IgniteCyclical):
    """Go from start_value to end_value and back in each cycle; monotonic: only there.

    lr(t) = end + (start - end) * abs(e / size - 0.5) * 2        at event e of a cycle
            start + (end - start) * (e / size)                   with monotonic, e <= size
            end + (start - end) * ((e - size) / warmup_duration) with monotonic, e > size

    >>> line = IgniteLinearCyclicalScheduler(start_value=0.1, end_value=0.0, cycle_size=4)
    >>> [line.lr_at(t, 0.0) for t in range(6)]
    [0.1, 0.05, 0.0, 0.05, 0.1, 0.05]

    Source: ignite.handlers.LinearCyclicalScheduler (run in 0.5.5).
    """

    name = "ignite.LinearCyclicalScheduler"

    monotonic: bool = flag(False, doc="whether a cycle only goes to end_value, and not back")

    def check_values(self) -> None:
        super().check_values()
        climbs = self.warmup_duration > 0
        self.require(self.monotonic or not climbs, "warmup_duration needs monotonic: true", "warmup_duration")

    def shape(self, start: float, end: float, shares: list[float]) -> list[float]:
        if self.monotonic:
            fall = end - start
            return [start + fall * share for share in shares]
        rise = start - end
        return [end + rise * abs(share - 0.5) * 2 for share in shares]

    def bends(self, size: int) -> tuple[float, ...]:
        return () if self.monotonic else (size / 2,)
