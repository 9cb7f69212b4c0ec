"""A decay that grows."""

from __future__ import annotations

from lrcli.checks.factors import factors
from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for site, name, value in factors(subject):
        if value > 1:
            yield site.problem(site.spot(name), f"{name} is {value:g}: the LR grows", f"write a {name} below 1")


RULE = Rule(
    "gamma-above-1",
    "warning",
    finds="a gamma (of a plateau: a factor) above 1",
    why="the LR grows at every decay, without a bound",
    find=find,
)
