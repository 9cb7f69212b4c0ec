"""ignite's schedulers made of schedulers: one after the other, behind a warmup, or one for each group."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from lrcli.errors import InvalidValue
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup, IgniteScheduler
from lrcli.frameworks.ignite.states import lines
from lrcli.frameworks.ignite.wrapped import IgniteLRScheduler, build, events
from lrcli.frameworks.schedule import Forwarding, Walked
from lrcli.schedules import (
    CurveMarks,
    LrRule,
    Schedule,
    Setting,
    data,
    dataclass,
    length,
    number,
    positions,
    schedule,
    schedules,
)
from lrcli.schedules.constant import Constant
from lrcli.schedules.params import Demand
from lrcli.schedules.sequential import Phased


@dataclass(frozen=True, kw_only=True)
class IgniteConcatScheduler(Phased, IgniteScheduler, Walked):
    """Let each scheduler act for its number of events, and the last one for ever.

    lr(t) = schedulers[k](t - begin_k), where begin_k is the sum of the durations before

    Each scheduler's events are counted from where its turn comes.

    >>> from lrcli.frameworks.ignite.states import IgnitePiecewiseLinear
    >>> rise = IgnitePiecewiseLinear(milestones_values=((0, 0.0), (4, 0.4)))
    >>> fall = IgnitePiecewiseLinear(milestones_values=((0, 0.4), (4, 0.0)))
    >>> concat = IgniteConcatScheduler(schedulers=(rise, fall), durations=(4,))
    >>> [round(concat.lr_at(t, 0.0), 4) for t in (0, 2, 4, 6, 8)]
    [0.0, 0.2, 0.4, 0.2, 0.0]

    Source: ignite.handlers.ConcatScheduler (run in 0.5.5).
    """

    name = "ignite.ConcatScheduler"
    sets_lr = True

    schedulers: tuple[Schedule, ...] = schedules(
        doc="ignite's schedulers, in order",
        example="{type: ignite.PiecewiseLinear, milestones_values: [[0, 0.0], [500, 0.1]]}\n"
        "{type: ignite.CosineAnnealingScheduler, start_value: 0.1, end_value: 0.0, cycle_size: 9500}",
    )
    durations: tuple[float, ...] = positions(doc="events of each scheduler but the last", example="[500]")

    def check_values(self) -> None:
        self.require(len(self.schedulers) > 1, "schedulers should be more than one", "schedulers")
        for part in self.schedulers:
            reason = f"schedulers should be ignite's own, and not {part.name}"
            self.require(isinstance(part, IgniteScheduler), reason, "schedulers", "TypeError")
            reason = "param_group_index is not read inside: give groups schedules of their own"
            self.require(getattr(part, "param_group_index", None) is None, reason, "schedulers")
        wrapped = [inner for part in self.schedulers for inner in part.parts() if "." not in inner.name]
        if len(wrapped) > 1 and any(inner.sets_lr for inner in wrapped):
            rule = (
                "hold several schedulers of PyTorch, one of which sets the lr that the others begin from: not computed"
            )
            raise InvalidValue("schedulers", rule, None)
        are_whole = all(duration == int(duration) for duration in self.durations)
        self.require(are_whole, "durations should be integers", "durations")
        reason = f"{len(self.schedulers)} schedulers need {len(self.schedulers) - 1} durations"
        self.require(len(self.schedulers) == len(self.durations) + 1, reason, "durations")

    def phases(self) -> list[tuple[float, IgniteScheduler]]:
        durations = (*self.durations, -1)
        first, begin = int(durations[0] == 0), 0
        phases: list[tuple[float, IgniteScheduler]] = []
        for part, duration in zip(self.schedulers[first:], durations[first:], strict=True):
            assert isinstance(part, IgniteScheduler)
            phases.append((begin, part))
            begin += int(duration)
            if duration <= 0:  # it never ends
                break
        return phases

    def stands_alone(self) -> bool:
        return all(part.stands_alone() for part in self.parts())

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        phases = self.phases()
        ends = [begin for begin, _ in phases[1:]]
        for (begin, part), end in zip(phases, (*ends, None), strict=True):
            rows = islice(part.events(base_lr, lr), None if end is None else int(end - begin))
            for lr in rows:
                yield lr

    def constructed(self, base_lr: float, lr: float) -> float:
        for part in self.schedulers:
            lr = part.constructed(base_lr, lr) if isinstance(part, IgniteScheduler) else lr
        return lr

    def walk(self, base_lr: float) -> Iterator[float]:
        return self.events(base_lr, self.constructed(base_lr, base_lr))

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: self.lrs(base_lr, t, t + 1)[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return (Phased if self.stands_alone() else Walked).lrs(self, base_lr, start, stop)

    def monotone_until(self, t: int) -> int | None:
        return super().monotone_until(t) if self.stands_alone() else t + 1

    def event_at(self, t: int) -> str:
        i, begin, part = self.phase_at(t)
        return "next scheduler" if i and t == begin else part.event_at(t - begin)


@dataclass(frozen=True, kw_only=True)
class IgniteParamGroupScheduler(IgniteScheduler, Forwarding):
    """Let each of ignite's schedulers act on its parameter group, at each event one after the other.

    lr(t) = that of the last scheduler whose param_group_index is the group's, or that has none
            base_lr    for a group that no scheduler is for

    >>> from lrcli.frameworks.ignite.states import IgnitePiecewiseLinear
    >>> rise = IgnitePiecewiseLinear(milestones_values=((0, 0.0), (4, 0.4)), param_group_index=0)
    >>> [round(IgniteParamGroupScheduler(schedulers=(rise,)).lr_at(t, 0.1), 4) for t in (0, 2, 4)]
    [0.0, 0.2, 0.4]

    Source: ignite.handlers.ParamGroupScheduler (run in 0.5.5).
    """

    name = "ignite.ParamGroupScheduler"
    sets_lr = True

    schedulers: tuple[Schedule, ...] = schedules(
        doc="ignite's schedulers, each with its param_group_index",
        example="{type: ignite.PiecewiseLinear, param_group_index: 0, milestones_values: [[0, 0.0], [500, 0.1]]}",
    )
    names: object = data(None, doc="the schedulers' names; they change nothing", takes="a list", optional=True)

    def check_values(self) -> None:
        for part in self.schedulers:
            reason = f"schedulers should be parameter schedulers of ignite, and not {part.name}"
            self.require(isinstance(part, IgniteScheduler), reason, "schedulers")
        if not all(isinstance(part, IgniteOfGroup) for part in self.schedulers) and len(self.schedulers) > 1:
            rule = "hold a scheduler without param_group_index beside others: not computed, give groups of their own"
            raise InvalidValue("schedulers", rule, None)
        are_named = not isinstance(self.names, tuple) or len(self.names) == len(self.schedulers)
        self.require(are_named, f"{len(self.schedulers)} schedulers should have as many names", "names")

    @property
    def acting(self) -> tuple[Schedule, ...]:
        """The schedulers that set the learning rate of the group."""
        return tuple(part for part in self.schedulers if not getattr(part, "is_idle", False))

    @property
    def inner(self) -> Schedule:
        """The last of those, whose learning rate stays."""
        return self.acting[-1] if self.acting else Constant()

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        rows = [base_lr] * (stop - start)
        for part in self.acting:
            rows = part.lrs(base_lr, start, stop)  # of each: one that raises ends the run, though another sets the rate
        return rows


_TWO_EVENTS = (
    Demand("TypeError", "should be an integer", lambda duration: isinstance(duration, int)),
    Demand("ValueError", "should be at least 2 events", lambda duration: duration > 1),
)


class _Warmup(NamedTuple):
    """The warmup of a group: its milestones, and the event at which the scheduler takes over."""

    milestones: list[tuple[int, float]]
    duration: int


@dataclass(frozen=True, kw_only=True)
class IgniteCreateLrSchedulerWithWarmup(IgniteScheduler, Walked):
    """Go in a line from warmup_start_value to the learning rate over warmup_duration events, then let a scheduler act.

    lr(t) = start + (end - start) * t / (warmup_duration - 1)    for t < warmup_duration
            lr_scheduler(t - warmup_duration)                    from there on

    end is warmup_end_value, or the group's learning rate. Where ignite's own scheduler begins at `end`, that value is
    event warmup_duration - 1. PyTorch's scheduler goes on from its second value, and after another end its first one
    stands between.

    >>> from lrcli.frameworks.ignite.cyclical import IgniteCosineAnnealingScheduler
    >>> cosine = IgniteCosineAnnealingScheduler(start_value=0.4, end_value=0.0, cycle_size=4)
    >>> line = IgniteCreateLrSchedulerWithWarmup(lr_scheduler=cosine, warmup_start_value=0.0, warmup_duration=5)
    >>> [round(line.lr_at(t, 0.4), 4) for t in range(7)]
    [0.0, 0.1, 0.2, 0.3, 0.4, 0.3414, 0.2]

    Source: ignite.handlers.create_lr_scheduler_with_warmup (run in 0.5.5, with torch 2.13.0).
    """

    name = "ignite.create_lr_scheduler_with_warmup"

    lr_scheduler: Schedule = schedule(
        doc="the scheduler, ignite's or PyTorch's", example="{type: CosineAnnealingLR, T_max: 9500}"
    )
    warmup_start_value: float = number(doc="the first learning rate", example="0.0")
    warmup_duration: float = length(doc="events of the warmup", any_number=True, example="500", demands=_TWO_EVENTS)
    warmup_end_value: float | None = number(None, doc="the last one of the warmup; left out: lr", optional=True)

    def check_run(self, setting: Setting) -> None:
        if not isinstance(self.lr_scheduler, IgniteScheduler):
            build(self.lr_scheduler, 1.0)

    def stands_alone(self) -> bool:
        return isinstance(self.lr_scheduler, IgniteScheduler) and self.lr_scheduler.stands_alone()

    @property
    def _groups(self) -> int:
        return max(1, len(self.setting.lrs))

    def constructed(self, base_lr: float, lr: float) -> float:
        inner = self.lr_scheduler
        return inner.constructed(base_lr, lr) if isinstance(inner, IgniteScheduler) else build(inner, base_lr, lr)[1].lr

    def _warmup(self, base_lr: float) -> _Warmup:
        size, lr = int(self.warmup_duration), self.constructed(base_lr, base_lr)
        end = lr if self.warmup_end_value is None else self.warmup_end_value
        milestones = [(0, self.warmup_start_value), (size - 1, end)]
        inner, group = self.lr_scheduler, self.setting.group
        if not isinstance(inner, IgniteScheduler):
            if group == 0 and lr != end:
                milestones.append((size, lr))
            return _Warmup(milestones, size if self._groups > 1 else milestones[-1][0] + 1)
        if isinstance(inner, IgniteLRScheduler) and self._groups > 1:
            return _Warmup(milestones, size)
        first = next(inner.events(base_lr, lr))
        milestones = self._merged(milestones, first)
        last = self.setting.lrs[-1] if self.setting.lrs else None
        if self._groups == 1 or last is None:
            return _Warmup(milestones, milestones[-1][0] + 1)
        of_last = [(0, self.warmup_start_value), (size - 1, last if self.warmup_end_value is None else end)]
        return _Warmup(milestones, self._merged(of_last, first)[-1][0] + 1)

    def _merged(self, milestones: list[tuple[int, float]], first: float) -> list[tuple[int, float]]:
        """The milestones without the last point, where the scheduler begins at its value."""
        size, end = int(self.warmup_duration), milestones[-1][1]
        if first != end:
            return milestones
        if size == 2:
            return milestones[:-1]
        step = (end - self.warmup_start_value) / (size - 1)
        return [milestones[0], (size - 2, end - step)]

    @cached_property
    def _warmups(self) -> dict[float, _Warmup]:
        return {}

    def warmup(self, base_lr: float) -> _Warmup:
        """The warmup of the group."""
        if base_lr not in self._warmups:
            self._warmups[base_lr] = self._warmup(base_lr)
        return self._warmups[base_lr]

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        milestones, duration = self.warmup(base_lr)
        value = lines(milestones)
        for t in range(duration):
            lr = value(t)
            yield lr
        inner = self.lr_scheduler
        if isinstance(inner, IgniteScheduler):
            rows = inner.events(base_lr, lr)
            if isinstance(inner, IgniteLRScheduler) and inner.lr_scheduler.name == "cosine_restarts":
                rows = islice(rows, self._groups, None)  # reading its first value winds its clock
            yield from rows
            return
        machine, group = build(inner, base_lr)
        group.lr = lr
        yield from events(machine, group, ahead=1, reads=self._groups - 1)

    def walk(self, base_lr: float) -> Iterator[float]:
        return self.events(base_lr, base_lr)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if not self.stands_alone():
            return super().lrs(base_lr, start, stop)
        milestones, duration = self.warmup(base_lr)
        rows = list(map(lines(milestones), range(start, min(stop, duration))))
        if stop > duration:
            rows += self.lr_scheduler.lrs(base_lr, max(start, duration) - duration, stop - duration)
        return rows

    def _duration(self) -> int:
        lr = self.setting.lr
        return self.warmup(1.0 if lr is None else lr).duration

    def marks(self) -> CurveMarks:
        yield self._duration() - 1, ""
        yield self._duration(), "warmup ends"

    def turns(self, t: int) -> CurveMarks:
        duration = self._duration()
        if t > duration and (at := self.lr_scheduler.next_break(t - duration)) is not None:
            yield at + duration, ""

    def event_at(self, t: int) -> str:
        duration = self._duration()
        return self.lr_scheduler.event_at(t - duration) if t > duration else super().event_at(t)
