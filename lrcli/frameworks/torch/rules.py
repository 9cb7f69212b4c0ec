"""The rules of PyTorch's classes that go on from the LR that the group holds, in the releases in which they do.

StepLR, MultiStepLR, ExponentialLR and CosineAnnealingLR are the closed form in 1.0, 1.2 and 1.3, and are chained in 1.1
and from 1.4 on; the others are chained in every release that has them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from math import cos, pi
from typing import TYPE_CHECKING, Any, NamedTuple

from lrcli.frameworks.torch.releases import Release, is_closed_form, refuse
from lrcli.frameworks.torch.ruled import Ruled, Rules, closed_form, hold

if TYPE_CHECKING:
    from lrcli.schedules.constant_lr import ConstantLR
    from lrcli.schedules.cosine import Cosine
    from lrcli.schedules.lambda_ import Multiplicative
    from lrcli.schedules.linear import Linear, Polynomial
    from lrcli.schedules.step import Exponential, MultiStep, Step


def _step(schedule: Step, release: Release, base: float) -> Rules:
    step_size, gamma = schedule.step_size, schedule.gamma
    return Rules(lambda lr, t: lr if t % step_size != 0 else lr * gamma, zero=hold)


def _multistep(schedule: MultiStep, release: Release, base: float) -> Rules:
    gamma, counter = schedule.gamma, Counter(schedule.milestones)
    counts = dict(counter)  # which is faster
    # 1.4 bisects the Counter itself, whose "items" are how often 0, 1, 2, ... are milestones (pytorch #36913)
    unsorted: Any = counter
    return Rules(
        lambda lr, t: lr * gamma ** counts[t] if t in counts else lr,
        closed=(lambda lr, t: base * gamma ** bisect_right(unsorted, t)) if release == (1, 4) else None,
    )


def _multistep_refusal(schedule: MultiStep, release: Release) -> str:
    is_unsorted = is_closed_form(release) and list(schedule.milestones) != sorted(schedule.milestones)
    return "the milestones must be in increasing order" if is_unsorted else ""


def _exponential(schedule: Exponential, release: Release, base: float) -> Rules:
    gamma = schedule.gamma
    return _begun(release, base, Rules(lambda lr, t: lr * gamma))


def _begun(release: Release, base: float, rules: Rules) -> Rules:
    """The rules with what the releases make of epoch 0: the base LR until 1.9, what the group holds until 2.7.

    From 2.8 on the constructor leaves the LR alone, whatever the epoch.
    """
    if release >= (2, 8):
        return rules._replace(first=hold)
    return rules._replace(zero=hold if release >= (1, 10) else lambda lr, t: base)


def _cosine(schedule: Cosine, release: Release, base: float) -> Rules:
    T_max, eta_min, period = schedule.T_max, schedule.eta_min, 2 * schedule.T_max

    def chained(lr: float, t: int) -> float:
        if (t - 1 - T_max) % period == 0:
            return lr + (base - eta_min) * (1 - cos(pi / T_max)) / 2
        return (1 + cos(pi * t / T_max)) / (1 + cos(pi * (t - 1) / T_max)) * (lr - eta_min) + eta_min

    def resumed(lr: float, t: int) -> float:
        """1.12 on, while _step_count is 1: the closed form in another order of operations."""
        return eta_min + (base - eta_min) * (1 + cos(t * pi / T_max)) / 2

    def fresh(lr: float, t: int) -> float:
        return resumed(lr, t) if t > 0 else chained(lr, t)

    rules = Rules(chained, first=resumed, fresh=fresh) if release >= (1, 12) else Rules(chained)
    return _begun(release, base, rules)


def _multiplicative(schedule: Multiplicative, release: Release, base: float) -> Rules:
    factor = schedule.lr_lambda.function

    def chained(lr: float, t: int) -> float:
        if t > 0 or release >= (2, 8):
            return lr * factor(t)
        return lr if release >= (1, 10) else base

    first = hold if release >= (2, 8) else None
    return Rules(chained, first=first, closed=chained, factors=schedule.lr_lambda.values)


def _constant_lr(schedule: ConstantLR, release: Release, base: float) -> Rules:
    factor, total_iters = schedule.factor, schedule.total_iters
    return Rules(
        lambda lr, t: lr if t != total_iters else lr * (1.0 / factor),
        zero=lambda lr, t: lr * factor,
    )


def _constant_lr_refusal(schedule: ConstantLR, release: Release) -> str:
    return _outside("factor", schedule.factor)


def _linear(schedule: Linear, release: Release, base: float) -> Rules:
    start, total, delta = schedule.start_factor, schedule.total_iters, schedule.end_factor - schedule.start_factor
    scaled_start = total * start
    return Rules(
        lambda lr, t: lr if t > total else lr * (1.0 + delta / (scaled_start + (t - 1) * delta)),
        zero=lambda lr, t: lr * start,
        first=hold if release >= (2, 8) else None,
    )


def _linear_refusal(schedule: Linear, release: Release) -> str:
    start = schedule.start_factor
    if release >= (2, 0) and (start <= 0 or start > 1.0):
        return f"start_factor must be above 0 and at most 1, not {start!r}"
    return _outside("start_factor", start) or _outside("end_factor", schedule.end_factor)


def _polynomial(schedule: Polynomial, release: Release, base: float) -> Rules:
    total, power = schedule.total_iters, schedule.power
    rules = Rules(lambda lr, t: lr if t > total else lr * ((1.0 - t / total) / (1.0 - (t - 1) / total)) ** power)
    return _begun(release, base, rules)


def _outside(name: str, factor: float) -> str:
    return f"{name} must be between 0 and 1, not {factor!r}" if factor > 1.0 or factor < 0 else ""


class ClassRules(NamedTuple):
    """What is known of a class.

    rules: its rule in a release, for a base LR. reading: what get_lr() does once more to the LR. refusal: with which
    ValueError a release refuses a schedule, "" where it does not.
    """

    rules: Callable[[Any, Release, float], Rules]
    reading: str
    refusal: Callable[[Any, Release], str] = lambda schedule, release: ""

    def replay(self, schedule: Any, release: Release) -> Ruled:
        if reason := self.refusal(schedule, release):
            raise refuse(release, "ValueError", reason)

        def rules(base: float) -> Rules:
            closed = closed_form(schedule, base)
            if is_closed_form(release):
                return closed
            chained = self.rules(schedule, release, base)
            return chained if chained.closed else chained._replace(closed=closed.rule)

        return Ruled(release, rules, self.reading)


RULES = {
    "step": ClassRules(_step, "the rule multiplies by gamma at a decay epoch, and reading it multiplies once more"),
    "multistep": ClassRules(
        _multistep,
        "the rule multiplies by gamma at a milestone, and reading it multiplies once more",
        _multistep_refusal,
    ),
    "exponential": ClassRules(_exponential, "the rule multiplies by gamma, and reading it multiplies once more"),
    "cosine": ClassRules(_cosine, "the rule scales by the epoch's ratio of cosines, and reading it scales once more"),
    "multiplicative": ClassRules(
        _multiplicative, "the rule multiplies by the lambda, and reading it multiplies once more"
    ),
    "ConstantLR": ClassRules(
        _constant_lr,
        "the rule applies the factor at epoch 0 and takes it back at total_iters, and reading it does so once more",
        _constant_lr_refusal,
    ),
    "linear": ClassRules(
        _linear,
        "the rule scales by start_factor at epoch 0 and by the ratio of two factors after it,"
        " and reading it scales once more",
        _linear_refusal,
    ),
    "polynomial": ClassRules(
        _polynomial, "the rule scales by the ratio of two factors, and reading it scales once more"
    ),
}
"""The classes, by the names of their types."""
