"""The arguments of get_scheduler that a schedule of diffusers is given and does nothing with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from lrcli.errors import Problem
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import dataclass, length, number, text


def unused_steps(doc: str = "not used") -> Any:
    """A number of steps that the schedule does not look at."""
    return length(None, doc=doc, any_number=True, optional=True)


def unused_number() -> Any:
    """A number that the schedule does not look at."""
    return number(None, doc="not used", optional=True)


def unused_text() -> Any:
    """A text that the schedule does not look at."""
    return text(None, doc="not used", optional=True)


@dataclass(frozen=True, kw_only=True)
class Diffusers(FrameworkSchedule):
    """A schedule of diffusers; `unused` are the fields that it does nothing with."""

    unused: ClassVar[tuple[str, ...]]

    def notes(self) -> Iterator[Problem]:
        yield from super().notes()
        given = [field for field in self.unused if getattr(self, field) is not None]
        if given:
            yield Problem("not-used", f"{self.name} does nothing with {' and '.join(given)}, as diffusers does")
