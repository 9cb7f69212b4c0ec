"""A warmup at least as long as the run."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.sites import warmup_length


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        length = warmup_length(site.schedule)
        if length is None or site.begin or not site.rows or length < subject.spec.length:
            continue
        yield site.problem(
            ("total_iters", "warmup", "for"),
            f"the warmup takes {subject.rows(length)}, and the run has {subject.rows(subject.spec.length)}",
            "make the warmup shorter, or the run longer",
        )


RULE = Rule(
    "warning",
    find,
    why="training ends before the LR has ever reached its base value",
    unless=("mixed-units",),
)
