"""A formula without a value."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.errors import EvaluationError, Problem


def find(subject: Subject) -> Iterator[Problem]:
    if isinstance(subject.failure, EvaluationError):
        yield subject.of_schedule(0).problem(
            str(subject.failure), "bound the expression, or end the run before that step"
        )


RULE = Rule(
    "no-value",
    "error",
    finds="a step at which the schedule's formula has no value",
    why="training stops there with an exception",
    find=find,
)
