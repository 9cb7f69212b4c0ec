"""A schedule of a framework in a short spec, for the tests: its numbers, its notes, or what is said against it."""

from __future__ import annotations

import pytest

from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.reader import parse_text


def text(schedule: str, steps: int = 10, more: str = "lr: 0.1") -> str:
    return f"{{{more}, steps: {steps}, schedule: {schedule}}}"


def lrs(schedule: str, steps: int = 10, more: str = "lr: 0.1", group: int = 0) -> list[float]:
    """The learning rates of the steps, of one parameter group."""
    return list(evaluate(parse_text(text(schedule, steps, more))).groups[group]["lr"])


def notes_of(schedule: str, steps: int = 10, more: str = "lr: 0.1") -> list[str]:
    """What is noted of the numbers, as it goes to stderr."""
    return [str(note) for note in evaluate(parse_text(text(schedule, steps, more))).notes]


def events(schedule: str, steps: int = 10, more: str = "lr: 0.1") -> dict[int, str]:
    """The events of the first parameter group, by step."""
    found = parse_text(text(schedule, steps, more)).groups[0].schedule
    return {t: event for t in range(steps) if (event := found.event_at(t))}


def refusal(schedule: str, steps: int = 10, more: str = "lr: 0.1") -> str:
    """What is said against a spec, or against one of its rows."""
    with pytest.raises(LrcliError) as caught:
        evaluate(parse_text(text(schedule, steps, more)))
    return str(caught.value)
