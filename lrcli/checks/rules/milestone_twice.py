"""A milestone that is given more than once."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.step import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        milestones = multistep.milestones
        for i, milestone in enumerate(milestones):
            if milestones[:i].count(milestone) == 1:
                times = milestones.count(milestone)
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} stands {'twice' if times == 2 else f'{times} times'}",
                    f"take {'one' if times == 2 else f'{times - 1} of them'} out, or say gamma ** {times} in a comment",
                    item=i,
                )


RULE = Rule(
    "warning",
    find,
    why="the LR is multiplied by gamma once for each time that it stands there",
)
