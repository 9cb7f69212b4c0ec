"""The arguments of get_scheduler that a schedule of diffusers is given and does nothing with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.errors import Problem
from lrcli.schedules import Schedule, length, number, text


def unused_steps(doc: str = "not used") -> Any:
    """A number of steps that the schedule does not look at."""
    return length(None, doc=doc, any_number=True, optional=True)


def unused_number() -> Any:
    """A number that the schedule does not look at."""
    return number(None, doc="not used", optional=True)


def unused_text() -> Any:
    """A text that the schedule does not look at."""
    return text(None, doc="not used", optional=True)


def unused_notes(schedule: Schedule, *fields: str) -> Iterator[Problem]:
    """Which of these were given."""
    given = [field for field in fields if getattr(schedule, field) is not None]
    if given:
        yield Problem("not-used", f"{schedule.name} does nothing with {' and '.join(given)}, as diffusers does")
