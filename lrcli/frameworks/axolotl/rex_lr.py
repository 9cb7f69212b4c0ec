"""A linear warmup, then a reflected exponential."""

from __future__ import annotations

import math

from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class AxolotlRexLR(FrameworkSchedule):
    """Warm up linearly, then follow the reflected exponential down to min_lr, one step ahead of the update.

    lr(t) = base_lr * s / num_warmup_steps              for s <= num_warmup_steps
            base_lr * (r + (1 - r) * z / (0.1 + 0.9 * z))
            min_lr                                      from s = total_steps on

    with s = t + 1 (the constructor makes a step), r = min_lr / max_lr and
    z = (total_steps - s) / (total_steps - num_warmup_steps).

    >>> rex = AxolotlRexLR(max_lr=0.1, total_steps=10, num_warmup_steps=2)
    >>> [rex.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 5, 9)]
    [0.05, 0.1, 0.09859154929577466, 0.09090909090909091, 0.0]

    Source: axolotl.utils.schedulers.RexLR (run in 0.19.0).
    """

    name = "axolotl.RexLR"
    own_rate = "max_lr"

    max_lr: float | None = number(None, doc="the peak; left out: lr", optional=True)
    min_lr: float = number(0.0, doc="the learning rate at the end")
    total_steps: float = length(doc="steps of the run, the warmup included", any_number=True, fills="run")
    num_warmup_steps: float = length(0, doc="steps of the warmup", any_number=True)

    def check_values(self) -> None:
        self.require(self.min_lr <= self.rate(math.inf), "min_lr should be less than max_lr", "min_lr")
        reason = "num_warmup_steps must be less than or equal to total_steps"
        self.require(self.num_warmup_steps <= self.total_steps, reason, "num_warmup_steps")

    def rule(self, base_lr: float) -> LrRule:
        warmup, least = self.num_warmup_steps, self.min_lr
        rest, ratio = self.total_steps - warmup, least / self.rate(base_lr)

        def lr_at(t: int) -> float:
            if t + 1 <= warmup:
                return base_lr * (t + 1) / warmup
            after = t + 1 - warmup
            if after >= rest:
                return least
            z = (rest - after) / rest
            return base_lr * (ratio + (1.0 - ratio) * (z / (0.1 + 0.9 * z)))

        return lr_at

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps - 1, "warmup ends"
        yield self.total_steps - 1, "decay ends"
