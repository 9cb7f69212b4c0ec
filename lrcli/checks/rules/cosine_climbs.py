"""A cosine whose T_max is shorter than the run or phase."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.cosine import Cosine


def find(subject: Subject) -> Findings:
    for site, cosine in subject.each(Cosine):
        if cosine.T_max < site.rows - 1:
            yield site.problem(
                "T_max",
                f"T_max is {cosine.T_max:g}, but the cosine runs for {subject.rows(site.rows)}:"
                f" the LR climbs again from {subject.at(site.begin + cosine.T_max)} on",
                f"write T_max: {site.rows}, or leave it out: it fills the run or phase",
            )


RULE = Rule(
    "warning",
    find,
    why="past T_max CosineAnnealingLR goes back up to the base LR, along the same curve",
    unless=("mixed-units",),
)
