"""An LR below 1e-10 of its peak for a large part of the run."""

from lrcli.checks.rules import Findings, Rule, Subject

TINY = 1e-10
"""Below this share of its peak an LR moves no float32 weight."""
LARGE = 0.2
"""From this share of the run on it is worth a word."""


def find(subject: Subject) -> Findings:
    for i, line in enumerate(subject.lines):
        peak = max(line.lrs, default=0.0)
        tiny = [t for t, lr in line if 0 < lr < TINY * peak]
        if not tiny or len(tiny) < LARGE * len(line.lrs):
            continue
        share = len(tiny) / len(line.lrs)
        yield subject.problem(
            f"the LR is below {TINY:g} of its peak in {share:.0%} of the run, from {subject.at(tiny[0])} on",
            "let it decay more slowly, or stop at an eta_min",
            i,
        )


RULE = Rule(
    "warning",
    find,
    why="such steps cost as much as any other and change no weight; a decay per step instead of per epoch does this",
    unless=("lr-not-finite", "lr-negative"),
    of_curve=True,
)
