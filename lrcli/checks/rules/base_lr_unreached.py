"""A run in which the LR stays more than 1 % below its base value."""

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.lambda_ import Lambda, Multiplicative
from lrcli.series import series_of

UNSEEN = 0.01
"""A peak that is less than this share below the base LR is as good as it."""

_OWN_SCALE = (Lambda, Multiplicative)
"""A factor that somebody wrote may count from another scale, as the Transformer's does with an lr of 1 or more."""


def find(subject: Subject) -> Findings:
    spec = subject.spec
    scaled = {
        site.group
        for site in subject.sites
        if site.schedule.sets_lr
        or site.schedule.lr_is_factor
        or (isinstance(site.schedule, _OWN_SCALE) and (site.base_lr or 1) >= 1)
    }
    if series_of(spec).start:  # a resumed run may have had its peak before
        return
    for i, (group, line) in enumerate(zip(spec.groups, subject.lines, strict=False)):
        if i in scaled or not group.lr or not line.lrs:
            continue
        peak = max(line.lrs)
        if peak < group.lr * (1 - UNSEEN):
            yield subject.of_lr(i).problem(
                f"the LR never reaches {group.lr:g}: its peak is {peak:g}",
                "shorten the warmup, let the decay begin later, or write the lr that is meant",
                i,
            )


RULE = Rule(
    "warning",
    find,
    why="the lr that the spec gives is then not the rate at which anything is trained",
    unless=("warmup-too-long", "warmup-overlaps", "lr-not-finite", "lr-negative", "gamma-zero"),
    of_curve=True,
)
