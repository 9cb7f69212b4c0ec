"""A decay that grows."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.checks.rules.gamma_zero import DECAYS
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        name = "factor" if isinstance(site.schedule, Plateau) else "gamma"
        factor = getattr(site.schedule, name) if isinstance(site.schedule, (*DECAYS, Plateau)) else 1.0
        if factor > 1:
            yield site.problem(site.spot(name), f"{name} is {factor:g}: the LR grows", f"write a {name} below 1")


RULE = Rule(
    "gamma-above-1",
    "warning",
    finds="a gamma (of a plateau: a factor) above 1",
    why="the LR grows at every decay, without a bound",
    find=find,
)
