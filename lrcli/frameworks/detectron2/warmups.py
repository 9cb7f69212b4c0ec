"""detectron2's older classes: curves that a warmup multiplies."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator

from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number, positions, text


def require_method(schedule: FrameworkSchedule, field: str) -> None:
    """Raise what detectron2 raises for a method of warmup that it does not know."""
    method = getattr(schedule, field)
    schedule.require(method in ("linear", "constant"), f"Unknown warmup method: {method}", field)


def warmup_factor(method: str, iters: float, factor: float) -> Callable[[int], float]:
    """What iteration t is multiplied with: on a line from the factor to 1 or, constant, the factor; then 1."""
    if method == "constant":
        return lambda t: 1.0 if t >= iters else factor

    def linear(t: int) -> float:
        if t >= iters:
            return 1.0
        alpha = t / iters
        return factor * (1 - alpha) + alpha

    return linear


class Detectron2Warmed(FrameworkSchedule):
    """A curve under a warmup; the fields stand in the classes, in detectron2's order."""

    warmup_factor: float
    warmup_iters: float
    warmup_method: str

    def check_values(self) -> None:
        require_method(self, "warmup_method")

    def warm(self) -> Callable[[int], float]:
        """What each iteration is multiplied with."""
        return warmup_factor(self.warmup_method, self.warmup_iters, self.warmup_factor)

    def marks(self) -> CurveMarks:
        yield self.warmup_iters, "warmup ends"

    def monotone_until(self, t: int) -> int | None:
        return t + 1 if t < self.warmup_iters else super().monotone_until(t)  # a product may turn in the warmup


@dataclass(frozen=True)
class Detectron2WarmupMultiStepLR(Detectron2Warmed):
    """Multiply the learning rate by gamma at each milestone, and with a warmup.

    lr(t) = base_lr * w(t) * gamma ** (the number of milestones <= t)
    w(t)  = warmup_factor * (1 - t / warmup_iters) + t / warmup_iters    for t < warmup_iters (constant: the factor)
            1                                                           after it

    A milestone past the end of the run is never reached, and one at the end is no error as it is in a SOLVER.

    >>> schedule = Detectron2WarmupMultiStepLR(milestones=(4, 6), warmup_iters=2, warmup_factor=0.5)
    >>> [schedule.lr_at(t, 1.0) for t in (0, 1, 2, 4, 6)]
    [0.5, 0.75, 1.0, 0.1, 0.010000000000000002]

    Source: detectron2/solver/lr_scheduler.py, WarmupMultiStepLR, commit 02b5c4e (run).
    """

    name = "detectron2.WarmupMultiStepLR"

    milestones: tuple[float, ...] = positions(doc="the iterations of the steps", example="[6000, 8000]")
    gamma: float = number(0.1, doc="the factor of each step")
    warmup_factor: float = number(0.001, doc="the share of the learning rate at the start")
    warmup_iters: float = length(1000, doc="iterations of the warmup", any_number=True)
    warmup_method: str = text("linear", doc="linear or constant", choices=("linear", "constant"))

    def check_values(self) -> None:
        super().check_values()
        increasing = list(self.milestones) == sorted(self.milestones)
        reason = f"Milestones should be a list of increasing integers, not {list(self.milestones)}"
        self.require(increasing, reason, "milestones")

    def rule(self, base_lr: float) -> LrRule:
        warm = self.warm()
        milestones, gamma, count = self.milestones, self.gamma, bisect_right
        return lambda t: base_lr * warm(t) * gamma ** count(milestones, t)

    monotone_until = FrameworkSchedule.monotone_until  # its marks are all of its turns

    def marks(self) -> CurveMarks:
        yield from super().marks()
        for milestone in dict.fromkeys(self.milestones):
            yield milestone, f"milestone x{self.gamma ** self.milestones.count(milestone):g}"


@dataclass(frozen=True)
class Detectron2WarmupCosineLR(Detectron2Warmed):
    """Follow half a cosine down to 0, multiplied with a warmup.

    lr(t) = base_lr * w(t) * 0.5 * (1 + cos(pi * t / max_iters))
    w(t)  = warmup_factor * (1 - t / warmup_iters) + t / warmup_iters    for t < warmup_iters (constant: the factor)
            1                                                           after it

    Past max_iters it climbs again. A SOLVER builds another curve: detectron2.build_lr_scheduler.

    >>> schedule = Detectron2WarmupCosineLR(max_iters=8, warmup_iters=2, warmup_factor=0.5)
    >>> [round(schedule.lr_at(t, 1.0), 4) for t in (0, 1, 2, 4, 8)]
    [0.5, 0.7215, 0.8536, 0.5, 0.0]

    Source: detectron2/solver/lr_scheduler.py, WarmupCosineLR, commit 02b5c4e (run).
    """

    name = "detectron2.WarmupCosineLR"

    max_iters: float = length(doc="iterations of the run", any_number=True, fills="run")
    warmup_factor: float = number(0.001, doc="the share of the learning rate at the start")
    warmup_iters: float = length(1000, doc="iterations of the warmup", any_number=True, example="100")
    warmup_method: str = text("linear", doc="linear or constant", choices=("linear", "constant"))

    def rule(self, base_lr: float) -> LrRule:
        warm = self.warm()
        total, cos, pi = self.max_iters, math.cos, math.pi
        return lambda t: base_lr * warm(t) * 0.5 * (1.0 + cos(pi * t / total))

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        yield self.max_iters, self.max_iters, ""


def poly_rule(base: float, max_iters: float, warm: Callable[[int], float], power: float, ending: float) -> LrRule:
    """The learning rate of an iteration. Past max_iters a power that is not whole has no value."""
    pow_ = math.pow

    def lr_at(t: int) -> float:
        factor = warm(t)
        share = pow_(1.0 - t / max_iters, power)
        if ending > 0 and factor == 1.0 and share < ending:
            return base * ending
        return base * factor * share

    return lr_at


@dataclass(frozen=True)
class Detectron2WarmupPolyLR(Detectron2Warmed):
    """Follow a polynomial down to 0, multiplied with a warmup.

    lr(t) = base_lr * w(t) * (1 - t / max_iters) ** power
    w(t)  = warmup_factor * (1 - t / warmup_iters) + t / warmup_iters    for t < warmup_iters (constant: the factor)
            1                                                           after it

    With constant_ending, the share of the learning rate does not fall below it after the warmup.

    >>> schedule = Detectron2WarmupPolyLR(max_iters=8, warmup_iters=2, warmup_factor=0.5, power=1.0)
    >>> [schedule.lr_at(t, 1.0) for t in (0, 1, 2, 4, 8)]
    [0.5, 0.65625, 0.75, 0.5, 0.0]

    Source: detectron2, projects/DeepLab/deeplab/lr_scheduler.py (read).
    """

    name = "detectron2.WarmupPolyLR"

    max_iters: float = length(doc="iterations of the run", any_number=True, fills="run")
    warmup_factor: float = number(0.001, doc="the share of the learning rate at the start")
    warmup_iters: float = length(1000, doc="iterations of the warmup", any_number=True, example="10")
    warmup_method: str = text("linear", doc="linear or constant", choices=("linear", "constant"))
    power: float = number(0.9, doc="the power")
    constant_ending: float = number(0.0, doc="the least share of the learning rate")

    def rule(self, base_lr: float) -> LrRule:
        return poly_rule(base_lr, self.max_iters, self.warm(), self.power, self.constant_ending)

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.max_iters, ""
