"""Schedules made of schedules: one after the other, or all on one learning rate together."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, ClassVar, TypeVar

from lrcli.errors import InvalidValue
from lrcli.schedules import LrRule, Schedule, Setting, dataclass, positions, schedules

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


@dataclass(frozen=True)
class Sequential(Phased):
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
        doc="the schedules, in order",
        example="{type: linear, start_factor: 0.1, total_iters: 10}\n{type: cosine}",
        formula_rule="must hold at least one schedule",
        formula_test=bool,
    )
    milestones: tuple[float, ...] = positions(
        doc="the step at which each schedule after the first begins", example="[10]"
    )

    def check_values(self) -> None:
        expected = len(self.schedules) - 1
        if self.schedules and len(self.milestones) != expected:
            rule = f"must have one entry less than there are schedules, {expected} here"
            raise InvalidValue("milestones", rule, list(self.milestones))

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
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
        bound = self.bind_phases(setting, self.schedules)
        return self if bound == self.schedules else replace(self, schedules=bound)

    def phases(self) -> list[tuple[float, Schedule]]:
        return list(zip((0, *self.milestones), self.schedules, strict=True))

    def rest(self) -> Schedule:
        """What follows the first phase, counted from its own step 0."""
        if len(self.schedules) == 2:
            return self.schedules[1]
        begin, *later = self.milestones
        return replace(self, schedules=self.schedules[1:], milestones=tuple(m - begin for m in later))

    def entry(self, i: int) -> str:
        return f"phase {i + 1}: {self.schedules[i].name}"

    def momentum_key(self) -> Hashable | None:
        keys = [child.momentum_key() for child in self.schedules]
        return (self.milestones, *keys) if any(key is not None for key in keys) else None

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """That of the active phase; one that does not move it leaves what the phase before left."""
        values: list[float | None] = []
        for child, first, end in self.stretches(start, stop):
            if child.moves_momentum:
                values += child.momenta(first, end)
            else:
                values += [self.momentum_left(start + len(values))] * (end - first)
        return values

    def momentum_left(self, t: int) -> float | None:
        """What the last phase before t that moves the momentum has left."""
        begins = (0, *map(int, self.milestones))
        for i in reversed(range(bisect_right(self.milestones, t))):
            size = begins[i + 1] - begins[i]
            if size > 0 and self.schedules[i].moves_momentum:
                return self.schedules[i].momenta(size - 1, size)[0]
        return None

    def repeats_after(self) -> int | None:
        inner = self.schedules[-1].repeats_after()
        return None if inner is None else inner + int(self.milestones[-1] if self.milestones else 0)


@dataclass(frozen=True)
class Chained(Schedule):
    """Apply all the schedules at every step, one to the result of the other.

    lr(t) = fold of schedule.lr_at(t, lr so far) over the schedules, from base_lr

    For schedules that multiply, this is the product of their factors. One that sets the learning rate from the base LR
    (lambda, cyclic, one_cycle) overwrites what came before it, as it does in PyTorch.

    >>> from lrcli.schedules.constant_lr import ConstantLR
    >>> from lrcli.schedules.step import Exponential
    >>> chained = Chained((ConstantLR(factor=0.5, total_iters=2), Exponential(gamma=0.5)))
    >>> [chained.lr_at(t, base_lr=1.0) for t in (0, 1, 2)]
    [0.5, 0.25, 0.25]

    Source: torch.optim.lr_scheduler.ChainedScheduler.
    """

    name = "chained"
    torch: ClassVar[str | None] = "ChainedScheduler"
    irregular = True  # of a product of curves that rise and fall nothing is known

    schedules: tuple[Schedule, ...] = schedules(
        doc="the schedules, in the order in which they are applied",
        formula_rule="must hold at least one schedule",
        formula_test=bool,
        example="{type: linear, start_factor: 0.1, total_iters: 10}\n{type: multistep, milestones: [30, 60]}",
    )

    def formula_problems(self) -> Iterator[InvalidValue]:
        yield from super().formula_problems()
        for child in self.schedules:
            yield from child.formula_problems()

    def lr_at(self, t: int, base_lr: float) -> float:
        lr = base_lr
        for child in self.schedules:
            lr = child.lr_at(t, base_lr if child.overwrites else lr)
        return lr

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        columns: dict[str, list[Any]] = {}
        for child in self.schedules:
            columns.update(child.trace(base_lr, start, stop))
        return columns

    def momentum_key(self) -> Hashable | None:
        return next((key for child in reversed(self.schedules) if (key := child.momentum_key()) is not None), None)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """The last schedule that moves it overwrites what the others did."""
        moving = [child for child in self.schedules if child.moves_momentum]
        return moving[-1].momenta(start, stop) if moving else super().momenta(start, stop)

    def next_break(self, t: int) -> int | None:
        return min((b for child in self.schedules if (b := child.next_break(t)) is not None), default=None)

    def event_at(self, t: int) -> str:
        return "; ".join(filter(None, (child.event_at(t) for child in self.schedules)))


@dataclass(frozen=True)
class Manual(Chained):
    """Several schedulers on one optimizer, stepped by hand one after the other: `a.step(); b.step()`.

    lr(t) is that of chained. What a release of PyTorch makes of it is another matter: where its rules are the closed
    form (1.0, 1.2, 1.3) the last scheduler wins.

    >>> from lrcli.schedules.step import Exponential
    >>> Manual((Exponential(gamma=0.5), Exponential(gamma=0.1))).lr_at(1, base_lr=1.0)
    0.05

    Source: the "chaining" of schedulers in PyTorch's documentation of torch.optim from 1.4 on.
    """

    name = "manual"
    torch = None
