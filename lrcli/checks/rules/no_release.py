"""A formula that PyTorch never computes."""

from __future__ import annotations

from lrcli.checks.releases import differing, families
from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    if subject.spec.emulation is not None:
        return
    runs = [family for family in families(subject) if not family.refusal]
    others = list(differing(subject)) if runs else []
    if runs and len(others) == len(runs):
        yield subject.of_schedule(0).problem(
            f"no release of PyTorch computes this: {others[-1].in_words(subject)}",
            "write what a release computes, or name one: emulate:",
        )


RULE = Rule(
    "no-release",
    "warning",
    finds="a formula whose numbers no release of PyTorch gives",
    why="whatever is trained with PyTorch's class, it is another schedule than the one that is written",
    find=find,
    unless=("one-cycle-short", "milestone-fraction"),
    of_curve=True,
)
