"""PyTorch's schedulers in 30 releases. One module per schedule, with the name of its file in `lrcli.schedules`.

Such a module has SINCE, the first release that has the class, and `replay(schedule, release)`, the scheduler. Where no
release computes some of its schedules, it has `foreign(schedule)`: why, "" for the others. What a class shares with the
others is in `machine` (counters, constructor, ways to step) and `ruled` (one rule and a counter).
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from lrcli.errors import Refused
from lrcli.frameworks.base import Framework
from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import RELEASES, Release, refuse
from lrcli.frameworks.torch.ruled import Ruled, closed_form
from lrcli.schedules.base import Schedule

FIRST: Release = (1, 0)
FRAMEWORK = Framework("torch", "PyTorch", tuple(RELEASES.values()), replays=True)


class NotReplayed(Refused):
    """A schedule that no release of PyTorch computes (another framework's), and none is said to raise anything."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__("torch", "AttributeError", foreign_reason(schedule))

    def __str__(self) -> str:
        return f"{self.reason}: no release of torch replays it"


def foreign_schedule(schedule: Schedule) -> Schedule | None:
    """The first part of a schedule that no release of PyTorch computes (another framework's); None if there is none."""
    if foreign_reason(schedule):
        return schedule
    return next((foreign for foreign in map(foreign_schedule, schedule.parts()) if foreign is not None), None)


def foreign_reason(schedule: Schedule) -> str:
    """Why no release computes this very schedule, its parts aside; "" where they do."""
    module = module_of(type(schedule))
    if "." in schedule.name or (schedule.torch is None and module is None):
        return f"{schedule.name} is no schedule of PyTorch"
    foreign = getattr(module, "foreign", None)
    return foreign(schedule) if foreign else ""


def replay(schedule: Schedule, release: Release) -> Replay:
    """The scheduler that `release` builds for this schedule; Refused if it cannot, NotReplayed if none has it.

    A class of PyTorch's without a module of its own is its closed form.
    """
    if foreign_reason(schedule):
        raise NotReplayed(schedule)
    module = module_of(type(schedule))
    since: Release = getattr(module, "SINCE", FIRST)
    if release < since:
        raise refuse(release, "AttributeError", f"{schedule.torch} first appears in torch {since[0]}.{since[1]}")
    if module is None:
        return Ruled(release, partial(closed_form, schedule))
    built = module.replay(schedule, release)
    assert isinstance(built, Replay)
    return built


def since(cls: type[Schedule]) -> str | None:
    """The first release of PyTorch that has the class; None where PyTorch has none."""
    if cls.torch is None or "." in cls.name:
        return None
    major, minor = getattr(module_of(cls), "SINCE", FIRST)
    return f"{major}.{minor}"


def module_of(cls: type[Schedule]) -> ModuleType | None:
    """The module of this folder with the rule of a schedule; another framework's schedules have none."""
    return None if "." in cls.name else _module_of_stem(cls.__module__.rpartition(".")[2])


@cache
def _module_of_stem(stem: str) -> ModuleType | None:
    name = f"{__name__}.{stem}"
    return import_module(name) if find_spec(name) else None
