"""A negative metric in rel mode."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.rule import Rule
from lrcli.checks.subject import Subject
from lrcli.errors import Problem
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Iterator[Problem]:
    for site, plateau in subject.each(Plateau):
        negative = [t for t, value in enumerate(plateau.metric[: site.rows]) if value < 0]
        if plateau.threshold_mode == "rel" and plateau.threshold and negative:
            at = site.begin + negative[0]
            what = f"the metric is {plateau.metric[negative[0]]:g} at {subject.at(at)}, and threshold_mode is rel"
            yield site.problem(site.spot("threshold_mode", "metric"), what, "write threshold_mode: abs")


RULE = Rule(
    "metric-negative",
    "warning",
    finds="a plateau with threshold_mode rel on a metric below 0",
    why="best * (1 - threshold) is worse than a negative best, so what is no better counts as better (pytorch #47513)",
    find=find,
)
