"""What may be wrong with the factors and floors of a decay, the lr that it starts from, and the metric of a plateau."""

import math
from dataclasses import fields
from itertools import pairwise

from lrcli.checks.rules import Findings, Subject, reported
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.step import Exponential, MultiStep, Step

DECAYS = (Step, MultiStep, Exponential)
"""The schedules that decay by a gamma."""


@reported("warning", why="from the first decay on the LR is 0, and nothing is learned any more")
def gamma_zero(subject: Subject) -> Findings:
    """A gamma of 0."""
    for site in subject.sites:
        if isinstance(site.schedule, DECAYS) and site.schedule.gamma == 0:
            what = "gamma is 0: the LR is 0 from the first decay on"
            yield site.problem("gamma", what, "write a gamma between 0 and 1")


@reported("warning", why="the LR grows at every decay, without a bound")
def gamma_above_1(subject: Subject) -> Findings:
    """A gamma (of a plateau: a factor) above 1."""
    for site in subject.sites:
        name = "factor" if isinstance(site.schedule, Plateau) else "gamma"
        factor = getattr(site.schedule, name) if isinstance(site.schedule, (*DECAYS, Plateau)) else 1.0
        if factor > 1:
            yield site.problem(name, f"{name} is {factor:g}: the LR grows", f"write a {name} below 1")


@reported("warning", why="a cosine then rises where it should fall, and a plateau never reduces")
def eta_min_above_lr(subject: Subject) -> Findings:
    """eta_min or min_lr above the base LR."""
    for site in subject.sites:
        for name in ("eta_min", "min_lr"):
            least = getattr(site.schedule, name, None)
            if isinstance(least, (int, float)) and site.base_lr is not None and least > site.base_lr > 0:
                yield site.problem(
                    name,
                    f"{name} is {least:g}, above the base LR of {site.base_lr:g}",
                    f"write {name} below {site.base_lr:g}",
                )


FLOORS = ("eta_min", "min_lr", "lr_min", "lr_end")


@reported("note", why="the groups decay by different factors: the ratio of their rates changes during the run")
def eta_min_shared(subject: Subject) -> Findings:
    """One absolute eta_min above 0 over groups of different lr."""
    groups = subject.spec.groups
    lrs = sorted({group.lr for group in groups if group.lr})
    if len(lrs) < 2 or (subject.root is not None and subject.root.get("schedule") is None):
        return
    seen = set()
    for site in subject.sites:
        for f in fields(site.schedule):
            floor = getattr(site.schedule, f.name) if f.name in FLOORS else None
            if not isinstance(floor, (int, float)) or floor <= 0 or site.key in seen or "groups" in site.key:
                continue
            seen.add(site.key)
            yield site.spot(f.name).problem(
                f"{f.name} {floor:g} is {floor / lrs[-1]:.2g} of the lr {lrs[-1]:g}"
                f" and {floor / lrs[0]:.2g} of the lr {lrs[0]:g}",
                f"give each group its own {f.name}, or write {f.name}: 0",
            )


@reported("warning", why="lr_lambda is a factor of the lr, not a rate: the two are multiplied")
def lambda_rate(subject: Subject) -> Findings:
    """A lambda whose first factor is the lr of its group."""
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


@reported("warning", why="whoever changes that lr changes nothing: OneCycleLR and CyclicLR bring their own")
def lr_ignored(subject: Subject) -> Findings:
    """An lr beside a schedule that sets the learning rate itself."""
    for i, group in enumerate(subject.spec.groups):
        schedule = group.schedule
        if schedule.sets_lr and group.lr is not None and subject.failure is None:
            first = schedule.lr_at(0, group.lr)
            if not math.isclose(first, group.lr):  # PyTorch's arithmetic of step 0 rounds
                yield subject.of_lr(i).problem(
                    f"{schedule.name} sets the LR itself: lr {group.lr:g} is not used, it begins at {first:g}",
                    "leave lr out",
                    i,
                )


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
