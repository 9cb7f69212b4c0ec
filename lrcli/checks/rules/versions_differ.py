"""Releases of PyTorch in which a spec does something else."""

from __future__ import annotations

from lrcli.checks.releases import differing
from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    if subject.spec.emulation is not None:
        return
    changes = [change.in_words(subject) for change in differing(subject)]
    if changes:
        yield subject.of_schedule(0).problem(
            "; ".join(changes), "check which release is used; name it with emulate:, or ignore this rule"
        )


RULE = Rule(
    "versions-differ",
    "note",
    finds="releases of PyTorch whose LRs differ from the formula by more than rounding",
    why="with one of these releases another schedule is trained than the one that is written",
    find=find,
    unless=("one-cycle-short", "milestone-fraction", "no-release"),
    of_curve=True,
)
