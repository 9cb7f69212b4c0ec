"""A linear warmup before another scheduler."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from lrcli.frameworks.ignite._lines import lines
from lrcli.frameworks.ignite._scheduler import IgniteScheduler
from lrcli.frameworks.ignite._wrapped import build, events
from lrcli.frameworks.ignite.lr_scheduler import IgniteLRScheduler
from lrcli.frameworks.walk import Walked
from lrcli.schedules import CurveMarks, Schedule, Setting, dataclass, length, number, schedule
from lrcli.schedules.params import Demand

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

    >>> from lrcli.frameworks.ignite.cosine_annealing_scheduler import IgniteCosineAnnealingScheduler
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
        return max(1, len(self.setting.lrs)) if self.setting else 1

    def constructed(self, base_lr: float, lr: float) -> float:
        inner = self.lr_scheduler
        return inner.constructed(base_lr, lr) if isinstance(inner, IgniteScheduler) else build(inner, base_lr, lr)[1].lr

    def _warmup(self, base_lr: float) -> _Warmup:
        size, lr = int(self.warmup_duration), self.constructed(base_lr, base_lr)
        end = lr if self.warmup_end_value is None else self.warmup_end_value
        milestones = [(0, self.warmup_start_value), (size - 1, end)]
        inner, group = self.lr_scheduler, self.setting.group if self.setting else 0
        if not isinstance(inner, IgniteScheduler):
            if group == 0 and lr != end:
                milestones.append((size, lr))
            return _Warmup(milestones, size if self._groups > 1 else milestones[-1][0] + 1)
        if isinstance(inner, IgniteLRScheduler) and self._groups > 1:
            return _Warmup(milestones, size)
        first = next(inner.events(base_lr, lr))
        milestones = self._merged(milestones, first)
        last = self.setting.lrs[-1] if self.setting and self.setting.lrs else None
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
        lr = self.setting.lr if self.setting else None
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
