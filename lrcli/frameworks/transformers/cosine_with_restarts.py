"""A linear warmup, then half cosines with hard restarts."""

from __future__ import annotations

import math

from lrcli.frameworks.marked import first
from lrcli.frameworks.transformers._lambda import Timed
from lrcli.schedules import LrRule, dataclass, number
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

    def rule(self, base_lr: float) -> LrRule:
        warmup, total = self.num_warmup_steps, self.num_training_steps
        climb, rest = float(max(1, warmup)), float(max(1, total - warmup))
        cycles, pi, cos = float(self.num_cycles), math.pi, math.cos

        def lr_at(t: int) -> float:
            if t < warmup:
                return base_lr * (t / climb)
            progress = (t - warmup) / rest
            if progress >= 1.0:
                return base_lr * 0.0
            return base_lr * max(0.0, 0.5 * (1.0 + cos(pi * ((cycles * progress) % 1.0))))

        return lr_at

    def _restart(self, t: int) -> int | None:
        """The first restart at or after t."""
        if not self.num_cycles:
            return None
        rest = max(1, self.num_training_steps - self.num_warmup_steps)
        every = rest / abs(self.num_cycles)
        step = next_turn(t, self.num_warmup_steps + every, every)
        return step if step < self.num_warmup_steps + rest else None

    def next_break(self, t: int) -> int | None:
        return first(super().next_break(t), self._restart(t))

    def event_at(self, t: int) -> str:
        restart = "restart" if t > 0 and self._restart(t) == t else ""
        return "; ".join(filter(None, (super().event_at(t), restart)))
