"""What may be wrong with a plateau and its metric."""

import math
from itertools import pairwise

from lrcli.checks.rules import Findings, Subject, reported
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


@reported("warning", why="every improvement counts as a bad epoch, and the LR is reduced while the metric improves")
def metric_direction(subject: Subject) -> Findings:
    """A plateau with mode min on a metric that goes up, or mode max on one that goes down."""
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


@reported("warning", why="NaN is never better than the best, so it counts as a bad epoch")
def metric_nan(subject: Subject) -> Findings:
    """A NaN in the metric of a plateau."""
    for site, plateau in subject.each(Plateau):
        lacking = [t for t, value in enumerate(plateau.metric[: site.rows]) if math.isnan(value)]
        if lacking:
            more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
            yield site.problem(
                "metric",
                f"the metric is NaN at {subject.at(site.begin + lacking[0])}{more}",
                "find out why; a run whose loss is NaN has ended",
            )


@reported(
    "warning",
    why="best * (1 - threshold) is worse than a negative best, so what is no better counts as better (pytorch #47513)",
)
def metric_negative(subject: Subject) -> Findings:
    """A plateau with threshold_mode rel on a metric below 0."""
    for site, plateau in subject.each(Plateau):
        negative = [t for t, value in enumerate(plateau.metric[: site.rows]) if value < 0]
        if plateau.threshold_mode == "rel" and plateau.threshold and negative:
            at = site.begin + negative[0]
            yield site.problem(
                ("threshold_mode", "metric"),
                f"the metric is {plateau.metric[negative[0]]:g} at {subject.at(at)}, and threshold_mode is rel",
                "write threshold_mode: abs",
            )


@reported("warning", why="the LR is first reduced after patience + 1 bad epochs: in this run it cannot be")
def patience_too_long(subject: Subject) -> Findings:
    """A patience as long as the run."""
    for site, plateau in subject.each(Plateau):
        if plateau.patience + 2 >= site.rows:
            time = subject.rows(site.rows)
            yield site.problem(
                "patience",
                f"patience is {plateau.patience:g}, and the schedule runs for {time}: it cannot reduce",
                "write a smaller patience",
            )
