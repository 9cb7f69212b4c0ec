"""A curve that differs in any bit from the one that SPEC.lock records (see --pin)."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.sites import Spot


def find(subject: Subject) -> Findings:
    if subject.lock is None or subject.failure is not None:
        return
    from lrcli.lock.lock import differences, record  # not above: hashing takes time to import, and few pin a spec

    lines = differences(subject.lock, record(subject.spec))
    if lines:
        yield Spot("", None).problem(
            "the curve is not the one that the lock file records",
            "if the change is meant, record it: lrcli check --pin",
            details=lines,
        )


RULE = Rule(
    "error",
    find,
    why="the schedule was pinned so that it cannot change without being noticed",
)
