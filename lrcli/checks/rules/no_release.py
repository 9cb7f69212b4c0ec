"""A formula whose numbers no release of PyTorch gives."""

from lrcli.checks.releases import differing, families
from lrcli.checks.rules import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    if subject.spec.emulation is not None:
        return
    runs = [family for family in families(subject) if not family.refusal]
    others = list(differing(subject)) if runs else []
    if runs and len(others) == len(runs):
        yield subject.problem(
            f"no release of PyTorch computes this: {others[-1].in_words(subject)}",
            "write what a release computes, or name one: emulate:",
        )


RULE = Rule(
    "warning",
    find,
    why="whatever is trained with PyTorch's class, it is another schedule than the one that is written",
    unless=("one-cycle-short", "milestone-fraction"),
    of_curve=True,
)
