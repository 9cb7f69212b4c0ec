"""What other rooms ask of PyTorch's replays: see `lrcli.frameworks.replaying`."""

from __future__ import annotations

from lrcli.errors import Problem
from lrcli.frameworks.torch import NotReplayed, foreign_schedule, since
from lrcli.frameworks.torch.changes import CHANGES
from lrcli.frameworks.torch.loop import take_together, training_loop, training_loops
from lrcli.frameworks.torch.readings import missing_reading, readings_of, shown_reading
from lrcli.frameworks.torch.releases import NEWEST, RELEASES, find_release
from lrcli.spec import Spec

__all__ = [
    "CHANGES",
    "DOCUMENTED",
    "NEWEST",
    "RELEASES",
    "TITLE",
    "find_release",
    "foreign_schedule",
    "missing_reading",
    "not_replayed",
    "notes_of",
    "readings_of",
    "shown_reading",
    "since",
    "source",
    "take_together",
    "training_loop",
    "training_loops",
]

TITLE = "PyTorch"
DOCUMENTED = "get_lr() until 1.3, get_last_lr() from 1.4 on"

not_replayed = NotReplayed


def notes_of(spec: Spec) -> tuple[Problem, ...]:
    """What a user should know about the replay."""
    from lrcli.frameworks.torch.notes import of_replay  # not above: `versions` and `check` ask for numbers alone

    return of_replay(spec)


def source(spec: Spec) -> str:
    """The Python of `to_torch`."""
    from lrcli.frameworks.torch.source import source

    return source(spec)
