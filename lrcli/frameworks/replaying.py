"""The framework whose schedulers are replayed: what every other room knows of its releases.

Its folder has a module `replays` with everything that `Replaying` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast

from lrcli.errors import Problem, Refused
from lrcli.schedules.base import Schedule
from lrcli.spec import REPLAYED, Emulation, Spec


class ReleaseChange(NamedTuple):
    """What is different in the release `until`, seen from `since`."""

    since: str
    until: str
    what: str


class Replaying(Protocol):
    """What a framework with replays tells.

    TITLE: what people call it. RELEASES: the examined release of each line, oldest first. DOCUMENTED: which reading
    they document, in words.
    find_release: the line that a version names, and a note. missing_reading: why a release has not the reading that is
    asked for, and what to read, "" where it has. readings_of, shown_reading: the readings that there are, and the one
    that is shown. training_loops, take_together: the replays of all parameter groups, and their next rows. notes_of:
    what a user should know. foreign_schedule: the first part of a schedule that no release has; not_replayed: the
    refusal of it. since: the release that a class first appears in. source: a spec as code.
    """

    TITLE: str
    RELEASES: Mapping[str, str]
    NEWEST: str
    CHANGES: tuple[ReleaseChange, ...]
    DOCUMENTED: str
    find_release: Callable[[str], tuple[str, str | None]]
    missing_reading: Callable[[Emulation], tuple[str, str]]
    readings_of: Callable[[Emulation], tuple[str, ...]]
    shown_reading: Callable[[Spec], str]
    training_loop: Callable[[Spec, int], Any]
    training_loops: Callable[[Spec], list[Any]]
    take_together: Callable[[Sequence[Any], int, Sequence[str]], list[dict[str, Any]]]
    notes_of: Callable[[Spec], tuple[Problem, ...]]
    foreign_schedule: Callable[[Schedule], Schedule | None]
    not_replayed: Callable[[Schedule], Refused]
    since: Callable[[type[Schedule]], str | None]
    source: Callable[[Spec], str]


@cache
def replaying(name: str = REPLAYED) -> Replaying:
    """The framework of that name."""
    return cast(Replaying, import_module(f"lrcli.frameworks.{name}.replays"))
