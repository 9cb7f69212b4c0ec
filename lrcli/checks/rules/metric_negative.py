"""A plateau with threshold_mode rel on a metric below 0."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Findings:
    for site, plateau in subject.each(Plateau):
        negative = [t for t, value in enumerate(plateau.metric[: site.rows]) if value < 0]
        if plateau.threshold_mode == "rel" and plateau.threshold and negative:
            at = site.begin + negative[0]
            yield site.problem(
                ("threshold_mode", "metric"),
                f"the metric is {plateau.metric[negative[0]]:g} at {subject.at(at)}, and threshold_mode is rel",
                "write threshold_mode: abs",
            )


RULE = Rule(
    "warning",
    find,
    why="best * (1 - threshold) is worse than a negative best, so what is no better counts as better (pytorch #47513)",
)
