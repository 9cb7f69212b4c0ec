"""A scheduler of PyTorch as ignite calls it: it reads get_lr() at each event, and moves last_epoch on by itself."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lrcli.errors import NoValue, Refused
from lrcli.frameworks.ignite._scheduler import refuses
from lrcli.schedules import Schedule

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
