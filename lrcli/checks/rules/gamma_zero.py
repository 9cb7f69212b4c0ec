"""A decay to nothing."""

from __future__ import annotations

from lrcli.checks.factors import factors
from lrcli.checks.rule import Findings, Rule, Subject


def find(subject: Subject) -> Findings:
    for site, name, value in factors(subject):
        if value == 0 and name == "gamma":
            yield site.problem(
                site.spot(name), f"{name} is 0: the LR is 0 from the first decay on", "write a gamma between 0 and 1"
            )


RULE = Rule(
    "gamma-zero",
    "warning",
    finds="a gamma of 0",
    why="from the first decay on the LR is 0, and nothing is learned any more",
    find=find,
)
