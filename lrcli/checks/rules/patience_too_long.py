"""A patience as long as the run."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.plateau import Plateau


def find(subject: Subject) -> Findings:
    for site, plateau in subject.each(Plateau):
        if plateau.patience + 2 >= site.rows:
            time = subject.rows(site.rows)
            yield site.problem(
                "patience",
                f"patience is {plateau.patience:g}, and the schedule runs for {time}: it cannot reduce",
                "write a smaller patience",
            )


RULE = Rule(
    "warning",
    find,
    why="the LR is first reduced after patience + 1 bad epochs: in this run it cannot be",
)
