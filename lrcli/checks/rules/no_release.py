"""A formula that PyTorch never computes."""

from __future__ import annotations

from lrcli.checks.releases import differing, families
from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    if subject.spec.emulation is not None:
        return
    runs = [family for family in families(subject) if not family.refusal]
    if not runs:
        return
    others = list(differing(subject))
    if len(others) == len(runs):
        last = others[-1]
        yield subject.of_schedule(0).problem(
            f"no release of PyTorch computes this: in torch {last.ranges} the LR is {last.found:g}"
            f" at {subject.at(last.row)}, not {last.meant:g}",
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
