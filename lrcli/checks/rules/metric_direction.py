"""A plateau with mode min on a metric that goes up, or mode max on one that goes down."""

import math
from itertools import pairwise

from lrcli.checks.rules import Findings, Rule, Subject
from lrcli.schedules.plateau import Plateau


def trend(values: list[float]) -> int:
    """1 for a series that goes up, -1 for one that goes down, 0 for neither: by most of its moves, and by its ends.

    >>> trend([1.0, 2.0, 3.0, 2.9, 4.0]), trend([4.0, 3.0, 2.0, 1.0]), trend([1.0, 2.0, 1.0, 2.0])
    (1, -1, 0)
    """
    quarter = max(1, len(values) // 4)
    ups = sum(b > a for a, b in pairwise(values))
    downs = sum(b < a for a, b in pairwise(values))
    first, last = math.fsum(values[:quarter]) / quarter, math.fsum(values[-quarter:]) / quarter
    if last > first and ups > 2 * downs:
        return 1
    return -1 if last < first and downs > 2 * ups else 0


def find(subject: Subject) -> Findings:
    for site, plateau in subject.each(Plateau):
        values = [value for value in plateau.metric[: site.rows] if math.isfinite(value)]
        quarter = len(values) // 4
        if not quarter or trend(values) != (1 if plateau.mode == "min" else -1):
            continue
        moves = "up" if plateau.mode == "min" else "down"
        other = "max" if plateau.mode == "min" else "min"
        yield site.problem(
            "mode",
            f"mode is {plateau.mode}, but the metric goes {moves}, from {values[0]:g} to {values[-1]:g}",
            f"write mode: {other} if that is an improvement",
        )


RULE = Rule(
    "warning",
    find,
    why="every improvement counts as a bad epoch, and the LR is reduced while the metric improves",
)
