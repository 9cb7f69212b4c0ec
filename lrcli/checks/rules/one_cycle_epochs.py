"""A one_cycle of so many epochs and steps_per_epoch in a run that counts epochs."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.cyclic import OneCycle


def find(subject: Subject) -> Findings:
    if subject.spec.interval != "epoch":
        return
    for site, cycle in subject.each(OneCycle):
        if cycle.epochs is not None and cycle.steps_per_epoch is not None and cycle.total > site.rows:
            yield site.problem(
                "steps_per_epoch",
                f"the cycle counts {cycle.steps_per_epoch:g} steps an epoch, {cycle.total:g} in all,"
                f" and the run {subject.rows(site.rows)}",
                "write interval: step, as it is stepped per batch",
            )


RULE = Rule(
    "warning",
    find,
    why="stepped once an epoch it never leaves its beginning",
)
