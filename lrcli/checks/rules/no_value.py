"""A formula without a value."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.errors import EvaluationError


def find(subject: Subject) -> Findings:
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
