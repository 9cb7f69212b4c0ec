"""Half a cosine, under a warmup that multiplies it: detectron2's older class."""

from __future__ import annotations

import math

from lrcli.frameworks.detectron2._warmup import check_method, warmup_factor
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.schedules.params import length, number, text
from lrcli.values import dataclass


@dataclass(frozen=True)
class Detectron2WarmupCosineLR(Stateless):
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
    counts = "step"

    max_iters: float = length(doc="iterations of the run", any_number=True, fills="run")
    warmup_factor: float = number(0.001, doc="the share of the learning rate at the start")
    warmup_iters: float = length(1000, doc="iterations of the warmup", any_number=True, example="100")
    warmup_method: str = text("linear", doc="linear or constant")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_method("warmup_method", self.warmup_method)

    def rule(self, base_lr: float) -> StatelessRule:
        warm = warmup_factor(self.warmup_method, self.warmup_iters, self.warmup_factor)
        total, cos, pi = self.max_iters, math.cos, math.pi
        return lambda t: base_lr * warm(t) * 0.5 * (1.0 + cos(pi * t / total))

    def next_break(self, t: int) -> int | None:
        found = super().next_break(t)
        turn = math.ceil(max(t, 1) / self.max_iters) * self.max_iters if self.max_iters > 0 else None
        turns = [] if turn is None else [max(t, 1, math.floor(turn)), math.ceil(turn)]
        return min([at for at in (found, *turns) if at is not None], default=None)

    def breaks(self) -> tuple[float, ...]:
        return (self.warmup_iters,)

    def monotone_until(self, t: int) -> int | None:
        return t + 1 if t < self.warmup_iters else super().monotone_until(t)  # a product may turn in the warmup

    def event_at(self, t: int) -> str:
        return "warmup ends" if t and t == self.warmup_iters else ""
