"""DeepLab's polynomial, under a warmup that multiplies it."""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.frameworks.detectron2._warmup import Warmed
from lrcli.schedules import CurveMarks, LrRule, dataclass, length, number, text


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
class Detectron2WarmupPolyLR(Warmed):
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
