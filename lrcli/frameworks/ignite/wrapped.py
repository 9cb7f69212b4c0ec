"""PyTorch's schedulers as ignite calls them: it reads get_lr() at each event, and moves last_epoch on by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lrcli.errors import NoValue, Problem, Refused
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup, IgniteScheduler, refuses
from lrcli.frameworks.metered import TorchPlateau
from lrcli.frameworks.schedule import Walked
from lrcli.schedules import Schedule, Setting, dataclass, flag, number, schedule, text

if TYPE_CHECKING:
    from lrcli.frameworks.torch.machine import ParamGroup, Replay


def build(schedule: Schedule, base_lr: float, lr: float | None = None) -> tuple[Replay, ParamGroup]:
    """(the scheduler of PyTorch's newest release, its parameter group). Raises InvalidValue.

    base_lr: the initial_lr; lr: what other schedulers have made of the optimizer's learning rate before.
    """
    from lrcli.frameworks.torch import replay
    from lrcli.frameworks.torch.machine import ParamGroup
    from lrcli.frameworks.torch.releases import NEWEST, parse

    if "." in schedule.name or schedule.torch is None:
        reason = f"lr_scheduler should be a scheduler of PyTorch, and not {schedule.name}"
        raise refuses("TypeError", reason, "lr_scheduler")
    if schedule.name == "plateau":
        raise refuses("NotImplementedError", "ReduceLROnPlateau has no get_lr()", "lr_scheduler")
    group = ParamGroup(base_lr) if lr is None or lr == base_lr else ParamGroup(lr, base_lr)
    try:
        machine = replay(schedule, parse(NEWEST))
        group.lr = machine.construct(group)
        if schedule.parts():
            machine.get_lr(group.lr)
    except Refused as refused:
        raise refuses("ValueError", f"PyTorch's own refusal: {refused}", "lr_scheduler") from refused
    return machine, group


def events(machine: Replay, group: ParamGroup, ahead: int = 0, reads: int = 0) -> Iterator[float]:
    """The value of each event. `ahead`: how far last_epoch was moved before; `reads`: values that were read before."""
    from lrcli.frameworks.torch.cosine_restarts import WarmRestartsReplay

    if isinstance(machine, WarmRestartsReplay):
        yield from _restarts(machine, reads)
        return
    machine.last_epoch += ahead
    get_lr = machine.get_lr
    while True:
        try:
            lr = get_lr(group.lr)
        except Refused as refused:
            raise NoValue(str(refused)) from refused
        group.lr = lr
        yield float(lr)
        machine.last_epoch += 1


def _restarts(machine: Replay, reads: int) -> Iterator[float]:
    """CosineAnnealingWarmRestarts, for which ignite has a get_lr() of its own that winds the clock first."""
    schedule, base = machine.schedule, machine.base  # type: ignore[attr-defined]
    low, factor, now, size = schedule.eta_min, schedule.T_mult, 0, schedule.T_0
    while True:
        now = now + 1
        if now >= size:
            now, size = now - size, size * factor
        if reads:
            reads -= 1
            continue
        yield low + (base - low) * (1 + math.cos(math.pi * now / size)) / 2


@dataclass(frozen=True, kw_only=True)
class IgniteLRScheduler(IgniteScheduler, Walked):
    """Set the learning rate at each event to what a PyTorch scheduler's get_lr() returns, and move its epoch on.

    lr(t) = get_lr() of PyTorch's newest release, with last_epoch t and the learning rate of the event before

    ignite never calls step(): classes of PyTorch that look at the first step lose it, and are one event early.

    >>> from lrcli.schedules.step import Exponential
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
        lr = self.setting.lr
        if lr is None or self.use_legacy:
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


@dataclass(frozen=True, kw_only=True)
class IgniteReduceLROnPlateauScheduler(IgniteOfGroup, TorchPlateau):
    """Multiply the learning rate by factor when the metric has not got better for more than patience events.

    lr(t) = the learning rate of PyTorch's ReduceLROnPlateau after t metrics: see the type `plateau`

    min_lr counts only with param_group_index: 0, without it ignite drops it.

    >>> plateau = IgniteReduceLROnPlateauScheduler(patience=1, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.1, 0.05]

    Source: ignite.handlers.ReduceLROnPlateauScheduler (run in 0.5.5, with torch 2.13.0).
    """

    name = "ignite.ReduceLROnPlateauScheduler"

    metric_name: str | None = text(None, doc="the metric's name in the engine's state", optional=True)
    min_lr: float | None = number(None, doc="the smallest learning rate", optional=True)

    def __post_init__(self) -> None:  # ignite asks this before PyTorch asks the rest
        is_read = self.min_lr is not None and self.param_group_index is not None
        reason = "min_lr should be a float where param_group_index is given"
        self.require(not is_read or isinstance(self.min_lr, float), reason, "min_lr", "TypeError")
        super().__post_init__()

    @property
    def _counts_min(self) -> bool:
        # it keeps a list with min_lr at the place of the group, and reads the list's first place
        return self.param_group_index == 0

    def walk(self, base_lr: float) -> Iterator[float]:
        if self.is_idle:
            while True:
                yield base_lr
        yield from self.follow(base_lr, self.min_lr if self.min_lr is not None and self._counts_min else 0)

    def notes(self) -> Iterator[Problem]:
        if self.min_lr and not self._counts_min:
            yield Problem("min-lr", f"{self.name} drops min_lr: it counts only with param_group_index: 0")
