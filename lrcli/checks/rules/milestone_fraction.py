"""A milestone between two steps."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.schedules.multistep import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            if milestone % 1:
                yield site.problem(
                    site.spot("milestones", item=i),
                    f"the milestone {milestone:g} is no whole number of {subject.spec.interval}s",
                    "write the step itself, or a share of the run as 50%",
                )


RULE = Rule(
    "milestone-fraction",
    "warning",
    finds="a milestone that is no whole number",
    why="from 1.4 on PyTorch looks the step up among the milestones: a fraction is never found, and nothing decays",
    find=find,
)
