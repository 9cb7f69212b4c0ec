"""A decay that begins before the warmup has ended, or a next phase that does."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.checks.sites import falls_within, warmup_length
from lrcli.schedules.sequential import Chained, Sequential


def find(subject: Subject) -> Findings:
    for site in subject.sites:
        length = warmup_length(site.schedule)
        if length is None or not site.rows:
            continue
        if isinstance(site.inside, Sequential) and site.stop is not None and length > site.stop - site.begin:
            yield site.problem(
                ("total_iters", "warmup"),
                f"the warmup takes {subject.rows(length)}, its phase {subject.rows(site.stop - site.begin)}",
                "leave total_iters out: it fills the phase",
            )
        elif isinstance(site.inside, Chained):
            for other in site.inside.schedules:
                if other is not site.schedule and falls_within(other, min(int(length), site.rows)):
                    yield site.problem(
                        ("total_iters", "warmup"),
                        f"the {other.name} schedule decays before the warmup of {subject.rows(length)} is over",
                        "make them phases, one after the other, or let the decay begin later",
                    )


RULE = Rule(
    "warning",
    find,
    why="the LR falls while it should rise and never reaches its base value, or it jumps when the warmup is cut off",
    unless=("warmup-too-long",),
)
