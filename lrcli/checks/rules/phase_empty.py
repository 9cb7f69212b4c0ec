"""A phase of zero length."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.sequential import Sequential


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        if (
            isinstance(site.inside, Sequential)
            and site.stop is not None
            and site.stop <= site.begin < subject.spec.length
        ):
            yield site.problem(
                (),
                f"the {site.schedule.name} phase has no {subject.spec.interval}: it begins and ends at {site.begin}",
                "move its milestone, or take the phase out",
            )


RULE = Rule(
    "warning",
    find,
    why="it is never active, so what it was written for does not happen",
)
