"""A milestone that is no whole number."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.step import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            if milestone % 1:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} is no whole number of {subject.spec.interval}s",
                    "write the step itself, or a share of the run as 50%",
                    item=i,
                )


RULE = Rule(
    "warning",
    find,
    why="from 1.4 on PyTorch looks the step up among the milestones: a fraction is never found, and nothing decays",
)
