"""PyTorch's schedulers in 30 releases. One module per schedule, with the name of its file in `lrcli.schedules`.

Such a module has SINCE, the first release that has the class, and `replay(schedule, release)`, the scheduler. What a
class shares with the others (the counter, the constructor, the two ways to step) is in `machine`.
"""

from __future__ import annotations

from importlib import import_module

from lrcli.errors import Refused
from lrcli.frameworks.base import Framework
from lrcli.frameworks.torch.machine import Replay
from lrcli.frameworks.torch.releases import RELEASES, Release, refuse
from lrcli.schedules.base import Schedule

FRAMEWORK = Framework("torch", "PyTorch", tuple(RELEASES.values()), replays=True)


class NotReplayed(Refused):
    """A schedule of another framework: no release of PyTorch has it, and none is said to raise anything."""

    def __init__(self, schedule: Schedule) -> None:
        super().__init__("torch", "AttributeError", f"{schedule.name} is no schedule of PyTorch")

    def __str__(self) -> str:
        return f"{self.reason}: no release of torch replays it"


def foreign_schedule(schedule: Schedule) -> Schedule | None:
    """The first part of a schedule that is another framework's, which nothing here replays; None if there is none."""
    if "." in schedule.name:
        return schedule
    return next((found for found in map(foreign_schedule, schedule.parts()) if found is not None), None)


def replay(schedule: Schedule, release: Release) -> Replay:
    """The scheduler that `release` builds for this schedule; Refused if it cannot."""
    if "." in schedule.name:
        raise NotReplayed(schedule)
    module = import_module(f"{__name__}.{type(schedule).__module__.rpartition('.')[2]}")
    since: Release = module.SINCE
    if release < since:
        raise refuse(release, "AttributeError", f"{schedule.torch} first appears in torch {since[0]}.{since[1]}")
    built = module.replay(schedule, release)
    assert isinstance(built, Replay)
    return built
