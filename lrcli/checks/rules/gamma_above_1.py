"""A decay that grows."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.factors import factors
from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.errors import Problem


def find(subject: Subject) -> Iterator[Problem]:
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
