"""A step at which the schedule's formula has no value."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.errors import EvaluationError


def find(subject: Subject) -> Findings:
    if isinstance(subject.failure, EvaluationError):
        yield subject.problem(str(subject.failure), "bound the expression, or end the run before that step")


RULE = Rule(
    "error",
    find,
    why="training stops there with an exception",
)
