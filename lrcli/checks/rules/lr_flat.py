"""A schedule that changes the LR, but by less than 1 % over the run."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.constant import Constant
from lrcli.schedules.plateau import Plateau

LEAST = 0.01
"""A schedule that changes the LR by less than this share of its peak is as good as none."""


def find(subject: Subject) -> Findings:
    constant = {site.group for site in subject.sites if isinstance(site.schedule, (Constant, Plateau))}
    for i, line in enumerate(subject.lines):
        if i in constant or len(line.lrs) < 10:
            continue
        peak, least = max(line.lrs), min(line.lrs)
        if 0 < peak - least < LEAST * peak:
            share = (peak - least) / peak
            yield subject.problem(
                f"the LR changes by {share:.2g} of its peak over the run: from {line.lrs[0]:g} to {line.lrs[-1]:g}",
                "look at the horizon and its unit; type: constant says what this is",
                i,
            )


RULE = Rule(
    "warning",
    find,
    why="a horizon in steps that is stepped per epoch looks like this: the schedule is as good as none",
    unless=(
        "cycle-too-long",
        "mixed-units",
        "milestone-outside",
        "decay-unfinished",
        "one-cycle-short",
        "lr-not-finite",
        "lr-negative",
        "milestone-fraction",
    ),
    of_curve=True,
)
