"""A scheduler of PyTorch, as ignite calls it."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.ignite._scheduler import IgniteScheduler
from lrcli.frameworks.ignite._wrapped import build, events
from lrcli.frameworks.walk import Walked
from lrcli.schedules import Schedule, Setting, dataclass, flag, schedule


@dataclass(frozen=True, kw_only=True)
class IgniteLRScheduler(IgniteScheduler, Walked):
    """Set the learning rate at each event to what a PyTorch scheduler's get_lr() returns, and move its epoch on.

    lr(t) = get_lr() of PyTorch's newest release, with last_epoch t and the learning rate of the event before

    ignite never calls step(): classes of PyTorch that look at the first step lose it, and are one event early.

    >>> from lrcli.schedules.exponential import Exponential
    >>> line = IgniteLRScheduler(lr_scheduler=Exponential(gamma=0.5))
    >>> [line.lr_at(t, 0.1) for t in range(3)]
    [0.05, 0.025, 0.0125]

    Source: ignite.handlers.LRScheduler (run in 0.5.5, with torch 2.13.0).
    """

    name = "ignite.LRScheduler"

    lr_scheduler: Schedule = schedule(doc="the scheduler of PyTorch", example="{type: StepLR, step_size: 2000}")
    use_legacy: bool = flag(
        False, doc="whether it is attached to the end of iterations: the first row is the optimizer's"
    )

    def check_run(self, setting: Setting) -> None:
        build(self.lr_scheduler, 1.0)

    def constructed(self, base_lr: float, lr: float) -> float:
        return build(self.lr_scheduler, base_lr, lr)[1].lr

    def events(self, base_lr: float, lr: float) -> Iterator[float]:
        machine, group = build(self.lr_scheduler, base_lr)
        group.lr = lr
        return events(machine, group, ahead=int(self.use_legacy))

    def walk(self, base_lr: float) -> Iterator[float]:
        _, group = build(self.lr_scheduler, base_lr)
        if self.use_legacy:
            yield group.lr
        yield from self.events(base_lr, group.lr)

    def event_at(self, t: int) -> str:
        return self.lr_scheduler.event_at(t)

    def notes(self) -> Iterator[Problem]:
        lr = self.setting.lr if self.setting else None
        if self.setting is None or lr is None or self.use_legacy:
            return
        rows = min(self.setting.length, 200)
        try:
            pairs = zip(self.lrs(lr, 0, rows), self.lr_scheduler.lrs(lr, 0, rows), strict=True)
        except (ArithmeticError, ValueError):
            return
        t = next((t for t, (ours, theirs) in enumerate(pairs) if abs(ours - theirs) > 1e-9 * abs(theirs)), None)
        if t is not None:
            what = f"{self.name}: from event {t} on it is not what {self.lr_scheduler.torch} itself gives"
            why = "ignite reads get_lr() and never calls step(), which PyTorch's class takes for its chain"
            yield Problem("not-stepped", what, why)
