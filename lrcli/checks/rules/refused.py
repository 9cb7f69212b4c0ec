"""An exception that the release named by emulate: raises."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.errors import Refused


def find(subject: Subject) -> Findings:
    if isinstance(subject.failure, Refused):
        spot = subject.of_run("emulate", "schedule")
        yield spot.problem(str(subject.failure), "change what it refuses, or name a release that takes it")


RULE = Rule(
    "error",
    find,
    why="training with that release does not start, or stops there with the exception",
    unless=("one-cycle-short",),
    of_curve=True,
)
