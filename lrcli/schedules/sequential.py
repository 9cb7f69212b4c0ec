"""Phases: one schedule after another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from lrcli.errors import InvalidValue
from lrcli.schedules.base import Schedule, Setting, schedules
from lrcli.schedules.params import positions
from lrcli.values import dataclass


@dataclass(frozen=True)
class Sequential(Schedule):
    """Run the schedules one after the other; each begins at its milestone, with its own step 0 and the base LR.

    lr(t) = schedules[i].lr_at(t - milestones[i - 1], base_lr), i = number of milestones <= t

    >>> from lrcli.schedules.cosine import Cosine
    >>> from lrcli.schedules.linear import Linear
    >>> warm = Sequential((Linear(start_factor=0.5, total_iters=2), Cosine(T_max=4)), milestones=(2,))
    >>> [warm.lr_at(t, base_lr=1.0) for t in (0, 1, 2, 4, 6)]
    [0.5, 0.75, 1.0, 0.5, 0.0]

    Source: torch.optim.lr_scheduler.SequentialLR.
    """

    name = "sequential"
    torch = "SequentialLR"

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in order", example="{type: linear, start_factor: 0.1, total_iters: 10}\n{type: cosine}"
    )
    milestones: tuple[float, ...] = positions(
        doc="the step at which each schedule after the first begins", example="[10]"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        expected = len(self.schedules) - 1
        if self.schedules and len(self.milestones) != expected:
            rule = f"must have one entry less than there are schedules, {expected} here"
            raise InvalidValue("milestones", rule, list(self.milestones))

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        if not self.schedules:
            yield InvalidValue("schedules", "must hold at least one schedule", [])
        if list(self.milestones) != sorted(self.milestones) or any(m < 0 for m in self.milestones):
            yield InvalidValue("milestones", "must be positions that do not decrease", list(self.milestones))
        if any(m % 1 for m in self.milestones):
            yield InvalidValue("milestones", "must be whole numbers of steps", list(self.milestones))
        for child in self.schedules:
            yield from child.formula_problems()

    def bind(self, setting: Setting) -> Sequential:
        """Each schedule is told of its own phase."""
        if len(self.milestones) != len(self.schedules) - 1:
            return self  # it has no value, and `formula_problems` says why
        edges = (0, *self.milestones, setting.length)
        lengths = [max(1, int(end - begin)) for begin, end in pairwise(edges)]
        parts = zip(self.schedules, lengths, strict=True)
        bound = tuple(part.bind(setting._replace(length=rows, in_phase=True)) for part, rows in parts)
        return self if bound == self.schedules else replace(self, schedules=bound)

    def _phase(self, t: int) -> tuple[Schedule, int, int]:
        """(the schedule that is active at t, its first step, its number)."""
        i = bisect_right(self.milestones, t)
        return self.schedules[i], int(self.milestones[i - 1]) if i else 0, i

    def lr_at(self, t: int, base_lr: float) -> float:
        schedule, begin, _ = self._phase(t)
        return schedule.lr_at(t - begin, base_lr)

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Schedule, int, int]]:
        """(schedule, its own first step, its own stop) of each phase that has a part in start <= t < stop."""
        while start < stop:
            schedule, begin, i = self._phase(start)
            end = min(stop, int(self.milestones[i])) if i < len(self.milestones) else stop
            yield schedule, start - begin, end - begin
            start = end

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return [lr for child, first, end in self._parts(start, stop) for lr in child.lrs(base_lr, first, end)]

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {name: [] for child in self.schedules for name in child.trace(base_lr, 0, 0)}
        if columns:
            for child, first, end in self._parts(start, stop):
                part = child.trace(base_lr, first, end)
                for name, values in columns.items():
                    values += part.get(name, [None] * (end - first))
        return columns

    def momentum_key(self) -> Hashable | None:
        keys = [child.momentum_key() for child in self.schedules]
        return (self.milestones, *keys) if any(key is not None for key in keys) else None

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """That of the active phase; one that does not move it leaves what the phase before left."""
        values: list[float | None] = []
        for child, first, end in self._parts(start, stop):
            if child.moves_momentum:
                values += child.momenta(first, end)
            else:
                values += [self._momentum_left(start + len(values))] * (end - first)
        return values

    def _momentum_left(self, t: int) -> float | None:
        """What the last phase before t that moves the momentum has left."""
        begins = (0, *map(int, self.milestones))
        for i in reversed(range(bisect_right(self.milestones, t))):
            size = begins[i + 1] - begins[i]
            if size > 0 and self.schedules[i].moves_momentum:
                return self.schedules[i].momenta(size - 1, size)[0]
        return None

    def next_break(self, t: int) -> int | None:
        schedule, begin, i = self._phase(t)
        if t == begin and i:
            return t
        inner = schedule.next_break(t - begin)
        if i < len(self.milestones) and (inner is None or inner + begin > self.milestones[i]):
            return int(self.milestones[i])
        return None if inner is None else inner + begin

    def monotone_until(self, t: int) -> int | None:
        schedule, begin, i = self._phase(t)
        inner = schedule.monotone_until(t - begin)
        ends = [int(m) for m in self.milestones[i : i + 1]] + ([] if inner is None else [inner + begin])
        return min(ends, default=None)

    def repeats_after(self) -> int | None:
        inner = self.schedules[-1].repeats_after()
        return None if inner is None else inner + int(self.milestones[-1] if self.milestones else 0)

    def event_at(self, t: int) -> str:
        schedule, begin, i = self._phase(t)
        event = schedule.event_at(t - begin)
        if not i or t != begin:
            return event
        # the phase before may end here with an event of its own ("warmup ends")
        before = bisect_left(self.milestones, t)
        since = int(self.milestones[before - 1]) if before else 0
        ended = self.schedules[before].event_at(t - since)
        return "; ".join(filter(None, (ended, f"phase {i + 1}: {schedule.name}", event)))
