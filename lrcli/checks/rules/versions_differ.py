"""Releases of PyTorch whose LRs differ from the formula by more than rounding."""

from lrcli.checks.releases import differing
from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    if subject.spec.emulation is not None:
        return
    changes = [change.in_words(subject) for change in differing(subject)]
    if changes:
        yield subject.problem(
            "; ".join(changes), "check which release is used; name it with emulate:, or ignore this rule"
        )


RULE = Rule(
    "note",
    find,
    why="with one of these releases another schedule is trained than the one that is written",
    unless=("one-cycle-short", "milestone-fraction", "no-release"),
    of_curve=True,
)
