"""A warmup that the run does not outlive."""

from __future__ import annotations

from lrcli.checks.rule import Findings, Rule, Subject
from lrcli.checks.warmups import warmup_length


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        length = warmup_length(site.schedule)
        if length is None or site.begin or not site.rows or length < subject.spec.length:
            continue
        yield site.problem(
            site.spot("total_iters", "warmup", "for"),
            f"the warmup takes {subject.rows(length)}, and the run has {subject.rows(subject.spec.length)}",
            "make the warmup shorter, or the run longer",
        )


RULE = Rule(
    "warmup-too-long",
    "warning",
    finds="a warmup at least as long as the run",
    why="training ends before the LR has ever reached its base value",
    find=find,
    unless=("mixed-units",),
)
