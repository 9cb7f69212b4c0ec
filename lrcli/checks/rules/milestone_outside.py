"""A milestone before the first or after the last step of the run."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.step import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            if milestone >= site.rows:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} never comes: the schedule runs for {subject.rows(site.rows)}",
                    "take it out, or move it; milestones count scheduler steps, from 0",
                    item=i,
                )
            elif milestone <= 0:
                yield site.problem(
                    "milestones",
                    f"the milestone {milestone:g} acts from the first {subject.spec.interval} on",
                    "lower lr instead; milestones count scheduler steps, from 0",
                    item=i,
                )


RULE = Rule(
    "warning",
    find,
    why="it does nothing, and the LR stays ten times too high, or it acts from the very start",
    unless=("mixed-units", "milestone-fraction"),
)
