"""A plateau without the time to reduce."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.errors import Problem
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Iterator[Problem]:
    for site, plateau in subject.each(Plateau):
        if plateau.patience + 2 >= site.rows:
            time = subject.rows(site.rows)
            what = f"patience is {plateau.patience:g}, and the schedule runs for {time}: it cannot reduce"
            yield site.problem(site.spot("patience"), what, "write a smaller patience")


RULE = Rule(
    "patience-too-long",
    "warning",
    finds="a patience as long as the run",
    why="the LR is first reduced after patience + 1 bad epochs: in this run it cannot be",
    find=find,
)
