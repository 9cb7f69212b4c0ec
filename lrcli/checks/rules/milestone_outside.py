"""A milestone that the run does not have."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.schedules.multistep import MultiStep


def find(subject: Subject) -> Findings:
    for site, multistep in subject.each(MultiStep):
        for i, milestone in enumerate(multistep.milestones):
            where = site.spot("milestones", item=i)
            if milestone >= site.rows:
                yield site.problem(
                    where,
                    f"the milestone {milestone:g} never comes: the schedule runs for {subject.rows(site.rows)}",
                    "take it out, or move it; milestones count scheduler steps, from 0",
                )
            elif milestone <= 0:
                yield site.problem(
                    where,
                    f"the milestone {milestone:g} acts from the first {subject.spec.interval} on",
                    "lower lr instead; milestones count scheduler steps, from 0",
                )


RULE = Rule(
    "milestone-outside",
    "warning",
    finds="a milestone before the first or after the last step of the run",
    why="it does nothing, and the LR stays ten times too high, or it acts from the very start",
    find=find,
    unless=("mixed-units", "milestone-fraction"),
)
