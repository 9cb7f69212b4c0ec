"""A gamma (of a plateau: a factor) above 1."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.rules.gamma_zero import DECAYS
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        name = "factor" if isinstance(site.schedule, Plateau) else "gamma"
        factor = getattr(site.schedule, name) if isinstance(site.schedule, (*DECAYS, Plateau)) else 1.0
        if factor > 1:
            yield site.problem(name, f"{name} is {factor:g}: the LR grows", f"write a {name} below 1")


RULE = Rule(
    "warning",
    find,
    why="the LR grows at every decay, without a bound",
)
