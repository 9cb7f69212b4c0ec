"""A formula without a value."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.finding import Hit
from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.errors import EvaluationError


def find(subject: Subject) -> Iterator[Hit]:
    if isinstance(subject.failure, EvaluationError):
        yield Hit(subject.of_schedule(0), str(subject.failure), "bound the expression, or end the run before that step")


RULE = Rule(
    "no-value",
    "error",
    finds="a step at which the schedule's formula has no value",
    why="training stops there with an exception",
    find=find,
)
