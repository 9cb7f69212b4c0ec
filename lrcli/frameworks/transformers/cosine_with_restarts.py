"""A linear warmup, then half cosines with hard restarts."""

from __future__ import annotations

import math

from lrcli.frameworks.transformers._lambda import Timed
from lrcli.schedules import CurveMarks, LrRule, dataclass, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWithRestarts(Timed):
    """Warm up linearly from 0 to the base LR, then fall along num_cycles half cosines, each from the base LR to 0.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * ((num_cycles * progress) % 1))))    for progress < 1
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)
            0    from there on

    >>> restarts = TransformersCosineWithRestarts(num_warmup_steps=2, num_training_steps=10, num_cycles=2)
    >>> [restarts.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 8, 10)]
    [0.0, 0.1, 0.05, 0.1, 0.05, 0.0]

    Source: transformers.get_cosine_with_hard_restarts_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine_with_restarts"
    aliases = ("get_cosine_with_hard_restarts_schedule_with_warmup",)

    num_cycles: float = number(1, doc="half cosines until the end")

    def factor(self, base_lr: float) -> LrRule:
        warmup, rest = self.num_warmup_steps, float(max(1, self.num_training_steps - self.num_warmup_steps))
        cycles, pi, cos = float(self.num_cycles), math.pi, math.cos

        def factor(t: int) -> float:
            progress = (t - warmup) / rest
            return 0.0 if progress >= 1.0 else max(0.0, 0.5 * (1.0 + cos(pi * ((cycles * progress) % 1.0))))

        return factor

    def turns(self, t: int) -> CurveMarks:
        rest = max(1, self.num_training_steps - self.num_warmup_steps)
        if self.num_cycles:
            every = rest / abs(self.num_cycles)
            step = next_turn(t, self.num_warmup_steps + every, every)
            if step < self.num_warmup_steps + rest:
                yield step, "restart"
