"""PyTorch's schedulers in 30 releases.

Those with a state of their own are in MACHINES. The others are one rule and a counter (`ruled`), the chained ones those
of `rules`. What all share is in `machine` (counters, constructor, ways to step).
"""

from __future__ import annotations

from functools import partial
from importlib import import_module

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
    "SWALR": (1, 6),
    "ConstantLR": (1, 10),
    "linear": (1, 10),
    "sequential": (1, 10),
    "chained": (1, 10),
    "polynomial": (1, 13),
}
"""The first release that has a class, where that is not FIRST, by the name of its type."""

MACHINES = {
    "chained": "composite.ChainedReplay",
    "cosine_restarts": "cosine_restarts.WarmRestartsReplay",
    "cyclic": "in_group.CyclicReplay",
    "manual": "composite.ManualReplay",
    "one_cycle": "in_group.OneCycleReplay",
    "plateau": "plateau.PlateauReplay",
    "range_test": "in_group.RangeTestReplay",
    "sequential": "composite.SequentialReplay",
    "SWALR": "in_group.SWALRReplay",
}
"""Where in this folder the schedulers with a state of their own are, by the names of their types."""

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
    if not is_known(type(schedule)):
        return f"{schedule.name} is no schedule of PyTorch"
    counting = getattr(schedule, "counting", "torch")
    return "" if counting == "torch" else f"counting: {counting} is not what PyTorch does"


def is_known(cls: type[Schedule]) -> bool:
    """Whether a class is PyTorch's, or what people make of its classes."""
    return "." not in cls.name and (cls.torch is not None or cls.name in MACHINES or cls.name in AS_LAMBDA)


def replay(schedule: Schedule, release: Release) -> Replay:
    """The scheduler that `release` builds for this schedule; Refused if it cannot, NotReplayed if none has it.

    A class without a machine or a rule of its own is its closed form.
    """
    if foreign_reason(schedule):
        raise NotReplayed(schedule)
    cls = type(schedule)
    if release < (first := SINCE.get(cls.name, FIRST)):
        raise refuse(release, "AttributeError", f"{schedule.torch} first appears in torch {first[0]}.{first[1]}")
    if known := RULES.get(cls.name):
        return known.replay(schedule, release)
    place = MACHINES.get(cls.name)
    if place is None:
        return Ruled(release, partial(closed_form, schedule))
    module, _, name = place.partition(".")
    built = getattr(import_module(f"{__name__}.{module}"), name)(schedule, release)
    assert isinstance(built, Replay)
    return built


def since(cls: type[Schedule]) -> str | None:
    """The first release of PyTorch that has the class; None where PyTorch has none."""
    if cls.torch is None or "." in cls.name:
        return None
    major, minor = SINCE.get(cls.name, FIRST)
    return f"{major}.{minor}"
