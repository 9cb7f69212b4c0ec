"""PyTorch's schedulers in 30 releases.

A class whose scheduler has a state of its own has a module here, with the name of its file in `lrcli.schedules` and
`replay(schedule, release)`. Where no release computes some of its schedules, it has `foreign(schedule)`: why, "" for
the others. The others are one rule and a counter (`ruled`), the chained ones those of `rules`. What all share is in
`machine` (counters, constructor, ways to step).
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
from lrcli.frameworks.torch.rules import RULES
from lrcli.schedules.base import Schedule

FIRST: Release = (1, 0)
SINCE: dict[str, Release] = {
    "cosine_restarts": (1, 1),
    "cyclic": (1, 1),
    "one_cycle": (1, 3),
    "multiplicative": (1, 4),
    "swalr": (1, 6),
    "constant_lr": (1, 10),
    "linear": (1, 10),
    "sequential": (1, 10),
    "chained": (1, 10),
    "polynomial": (1, 13),
}
"""The first release that has a class, where that is not FIRST, by the file of its schedule."""

FRAMEWORK = Framework("torch", "PyTorch", tuple(RELEASES.values()), replays=True)
AS_LAMBDA = ("constant", "warmup_cosine", "range_test")
"""Types without a class that people write as a LambdaLR."""


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
    if "." in schedule.name or (schedule.torch is None and module is None and schedule.name not in AS_LAMBDA):
        return f"{schedule.name} is no schedule of PyTorch"
    foreign = getattr(module, "foreign", None)
    return foreign(schedule) if foreign else ""


def replay(schedule: Schedule, release: Release) -> Replay:
    """The scheduler that `release` builds for this schedule; Refused if it cannot, NotReplayed if none has it.

    A class without a module or a rule of its own is its closed form.
    """
    if foreign_reason(schedule):
        raise NotReplayed(schedule)
    cls = type(schedule)
    if release < (first := SINCE.get(_stem(cls), FIRST)):
        raise refuse(release, "AttributeError", f"{schedule.torch} first appears in torch {first[0]}.{first[1]}")
    if known := RULES.get(_stem(cls)):
        return known.replay(schedule, release)
    module = module_of(cls)
    if module is None:
        return Ruled(release, partial(closed_form, schedule))
    built = module.replay(schedule, release)
    assert isinstance(built, Replay)
    return built


def since(cls: type[Schedule]) -> str | None:
    """The first release of PyTorch that has the class; None where PyTorch has none."""
    if cls.torch is None or "." in cls.name:
        return None
    major, minor = SINCE.get(_stem(cls), FIRST)
    return f"{major}.{minor}"


def _stem(cls: type[Schedule]) -> str:
    return cls.__module__.rpartition(".")[2]


def module_of(cls: type[Schedule]) -> ModuleType | None:
    """The module of this folder for a class; another framework's schedules have none."""
    return None if "." in cls.name else _module_of_stem(_stem(cls))


@cache
def _module_of_stem(stem: str) -> ModuleType | None:
    name = f"{__name__}.{stem}"
    return import_module(name) if find_spec(name) else None
