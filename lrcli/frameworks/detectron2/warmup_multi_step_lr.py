"""Steps down at milestones, under a warmup that multiplies them: detectron2's older class."""

from __future__ import annotations

from bisect import bisect_right

from lrcli.frameworks.detectron2._warmup import check_method, refuses, warmup_factor
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.schedules.params import length, number, positions, text
from lrcli.values import dataclass


@dataclass(frozen=True)
class Detectron2WarmupMultiStepLR(Stateless):
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
    counts = "step"

    milestones: tuple[float, ...] = positions(doc="the iterations of the steps", example="[6000, 8000]")
    gamma: float = number(0.1, doc="the factor of each step")
    warmup_factor: float = number(0.001, doc="the share of the learning rate at the start")
    warmup_iters: float = length(1000, doc="iterations of the warmup", any_number=True)
    warmup_method: str = text("linear", doc="linear or constant")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_method("warmup_method", self.warmup_method)
        if list(self.milestones) != sorted(self.milestones):
            reason = f"Milestones should be a list of increasing integers, not {list(self.milestones)}"
            raise refuses("ValueError", reason, "milestones", self.milestones)

    def rule(self, base_lr: float) -> StatelessRule:
        warm = warmup_factor(self.warmup_method, self.warmup_iters, self.warmup_factor)
        milestones, gamma, count = self.milestones, self.gamma, bisect_right
        return lambda t: base_lr * warm(t) * gamma ** count(milestones, t)

    def breaks(self) -> tuple[float, ...]:
        return (self.warmup_iters, *self.milestones)

    def event_at(self, t: int) -> str:
        events = ["warmup ends"] if t and t == self.warmup_iters else []
        passed = sum(milestone == t for milestone in self.milestones)
        return "; ".join([*events, *([f"milestone x{self.gamma**passed:g}"] if t and passed else [])])
