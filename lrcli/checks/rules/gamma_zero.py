"""A gamma of 0."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.step import Exponential, MultiStep, Step

DECAYS = (Step, MultiStep, Exponential)
"""The schedules that decay by a gamma."""


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        if isinstance(site.schedule, DECAYS) and site.schedule.gamma == 0:
            what = "gamma is 0: the LR is 0 from the first decay on"
            yield site.problem("gamma", what, "write a gamma between 0 and 1")


RULE = Rule(
    "warning",
    find,
    why="from the first decay on the LR is 0, and nothing is learned any more",
)
