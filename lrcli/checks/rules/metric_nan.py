"""A NaN in the metric of a plateau."""

import math

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Findings:
    for site, plateau in subject.each(Plateau):
        lacking = [t for t, value in enumerate(plateau.metric[: site.rows]) if math.isnan(value)]
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            yield site.problem(
                "metric",
                f"the metric is NaN at {subject.at(site.begin + lacking[0])}{more}",
                "find out why; a run whose loss is NaN has ended",
            )


RULE = Rule(
    "warning",
    find,
    why="NaN is never better than the best, so it counts as a bad epoch",
)
