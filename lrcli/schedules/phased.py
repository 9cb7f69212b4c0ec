"""What compositions have in common in which one schedule acts after another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from lrcli.schedules import LrRule, Schedule, Setting, dataclass

P = TypeVar("P", bound="Phased")


@dataclass(frozen=True)
class Phased(Schedule):
    """A schedule of phases: the last one that has begun acts, with its own step 0."""

    def phases(self) -> Sequence[tuple[float, Schedule]]:
        """The step at which each phase begins (the first one at 0), with its schedule."""
        raise NotImplementedError

    def entry(self, i: int) -> str:
        """What people read where phase i begins."""
        raise NotImplementedError

    def phase_at(self, t: int) -> tuple[int, int, Schedule]:
        """The number of the phase that acts at step t, its first step, and its schedule."""
        phases = self.phases()
        i = max(i for i, (begin, _) in enumerate(phases) if not i or begin <= t)
        return i, math.ceil(phases[i][0]), phases[i][1]

    def phase_end(self, t: int) -> int | None:
        """The first step after t at which another phase begins."""
        return min((math.ceil(begin) for begin, _ in self.phases()[1:] if begin > t), default=None)

    def stretches(self, start: int, stop: int) -> Iterator[tuple[Schedule, int, int]]:
        """The schedule of each phase that acts between these steps, with the first of its own steps and their stop."""
        while start < stop:
            _, begin, schedule = self.phase_at(start)
            end = min(stop, self.phase_end(start) or stop)
            yield schedule, start - begin, end - begin
            start = end

    def bind_phases(self: P, setting: Setting, schedules: Sequence[Schedule]) -> tuple[Schedule, ...]:
        """These schedules told of their own phases; those that have none, of one step."""
        edges = [*(begin for begin, _ in self.phases()), setting.length]
        lengths = [max(1, int(end - begin)) for begin, end in pairwise(edges)] + [1] * len(schedules)
        settings = [setting._replace(length=length, in_phase=True) for length in lengths]
        return tuple(part.bind(own_setting) for part, own_setting in zip(schedules, settings, strict=False))

    def rule(self, base_lr: float) -> LrRule:
        *latest_first, (_, first) = reversed(self.phases())

        def lr_at(t: int) -> float:
            for begin, schedule in latest_first:
                if begin <= t:
                    return schedule.lr_at(t - math.ceil(begin), base_lr)
            return first.lr_at(t, base_lr)

        return lr_at

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return [lr for part, first, end in self.stretches(start, stop) for lr in part.lrs(base_lr, first, end)]

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {name: [] for part in self.parts() for name in part.trace(base_lr, 0, 0)}
        for part, first, end in self.stretches(start, stop) if columns else ():
            values_of = part.trace(base_lr, first, end)
            for name, values in columns.items():
                values += values_of.get(name, [None] * (end - first))
        return columns

    def next_break(self, t: int) -> int | None:
        i, begin, schedule = self.phase_at(t)
        if t == begin and i:
            return t
        return self._before_next_phase(t, schedule.next_break(t - begin), begin)

    def monotone_until(self, t: int) -> int | None:
        _, begin, schedule = self.phase_at(t)
        return self._before_next_phase(t, schedule.monotone_until(t - begin), begin)

    def _before_next_phase(self, t: int, step: int | None, begin: int) -> int | None:
        """A step of the phase that acts at step t, or the beginning of the next phase if that is nearer."""
        steps = (None if step is None else begin + step, self.phase_end(t))
        return min((step for step in steps if step is not None), default=None)

    def event_at(self, t: int) -> str:
        i, begin, schedule = self.phase_at(t)
        event = schedule.event_at(t - begin)
        if not i or t != begin:
            return event
        _, begin, before = self.phase_at(t - 1)  # it may end here with an event of its own ("warmup ends")
        return "; ".join(filter(None, (before.event_at(t - begin), self.entry(i), event)))
