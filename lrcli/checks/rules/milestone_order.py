"""Milestones that do not increase."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.step import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        milestones = multistep.milestones
        for i in range(1, len(milestones)):
            if milestones[i] < milestones[i - 1]:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestones[i]:g} stands after {milestones[i - 1]:g}",
                    f"write milestones: [{', '.join(f'{m:g}' for m in sorted(milestones))}]",
                    item=i,
                )
                break


RULE = Rule(
    "warning",
    find,
    why="PyTorch 1.0, 1.2 and 1.3 refuse them, and people read them as a schedule that they are not",
)
