"""Milestones out of order."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.schedules.multistep import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        milestones = multistep.milestones
        for i in range(1, len(milestones)):
            if milestones[i] < milestones[i - 1]:
                yield site.problem(
                    site.spot("milestones", item=i),
                    f"the milestone {milestones[i]:g} stands after {milestones[i - 1]:g}",
                    f"write milestones: [{', '.join(f'{m:g}' for m in sorted(milestones))}]",
                )
                break


RULE = Rule(
    "milestone-order",
    "warning",
    finds="milestones that do not increase",
    why="PyTorch 1.0, 1.2 and 1.3 refuse them, and people read them as a schedule that they are not",
    find=find,
)
