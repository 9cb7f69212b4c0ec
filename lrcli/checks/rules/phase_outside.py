"""A phase that begins after the run's last step."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.sequential import Sequential


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        if isinstance(site.inside, Sequential) and site.begin >= subject.spec.length:
            yield site.problem(
                (),
                f"the {site.schedule.name} phase begins at {subject.at(site.begin)},"
                f" and the run has {subject.rows(subject.spec.length)}",
                "make the phases before it shorter, or the run longer",
            )


RULE = Rule(
    "warning",
    find,
    why="it is never active, so what it was written for does not happen",
    unless=("warmup-too-long",),
    of_curve=True,
)
