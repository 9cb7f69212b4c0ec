"""A phase without a step."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.schedules.sequential import Sequential


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        if (
            isinstance(site.inside, Sequential)
            and site.stop is not None
            and site.stop <= site.begin < subject.spec.length
        ):
            yield site.problem(
                site.spot(),
                f"the {site.schedule.name} phase has no {subject.spec.interval}: it begins and ends at {site.begin}",
                "move its milestone, or take the phase out",
            )


RULE = Rule(
    "phase-empty",
    "warning",
    finds="a phase of zero length",
    why="it is never active, so what it was written for does not happen",
    find=find,
)
