"""A lambda whose first factor is the lr of its group."""

import math

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.lambda_ import Lambda


def find(subject: Subject) -> Findings:
    for site, schedule in subject.each(Lambda):
        base = site.base_lr
        if not base or base == 1:
            continue
        try:
            factor = schedule.lr_at(0, 1.0)
        except (ArithmeticError, ValueError):
            continue
        if math.isclose(factor, base, rel_tol=1e-6):
            yield site.problem(
                "lr_lambda",
                f"the first factor is {factor:g}, the lr itself: the LR is {base:g} * {factor:g} = {base * factor:g}",
                f"divide the expression by {base:g}, or write lr: 1",
            )


RULE = Rule(
    "warning",
    find,
    why="lr_lambda is a factor of the lr, not a rate: the two are multiplied",
)
