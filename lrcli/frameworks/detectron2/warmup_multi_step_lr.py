"""Steps down at milestones, under a warmup that multiplies them: detectron2's older class."""

from __future__ import annotations

from bisect import bisect_right

from lrcli.frameworks.detectron2._warmup import Warmed
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number, positions, text


@dataclass(frozen=True)
class Detectron2WarmupMultiStepLR(Warmed):
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
