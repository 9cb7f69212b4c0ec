"""Half a cosine, under a warmup that multiplies it: detectron2's older class."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.detectron2._warmup import Warmed
from lrcli.schedules import LrRule, dataclass, length, number, text


@dataclass(frozen=True)
class Detectron2WarmupCosineLR(Warmed):
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
