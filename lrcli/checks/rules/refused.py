"""A spec that its release refuses."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.errors import Refused


def find(subject: Subject) -> Findings:
    if isinstance(subject.failure, Refused):
        spot = subject.of_run("emulate", "schedule")
        yield spot.problem(str(subject.failure), "change what it refuses, or name a release that takes it")


RULE = Rule(
    "refused",
    "error",
    finds="an exception that the release named by emulate: raises",
    why="training with that release does not start, or stops there with the exception",
    find=find,
    unless=("one-cycle-short",),
    of_curve=True,
)
