"""Steps of equal length."""

from __future__ import annotations

import math

from lrcli.frameworks.timm._scheduler import TimmScheduled
from lrcli.schedules import CurveMarks, LrRule, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class TimmStepLRScheduler(TimmScheduled):
    """Warm up linearly, then multiply the learning rate by decay_rate every decay_t.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            base_lr * decay_rate**(s // decay_t)    from there on
                with s = t - warmup_t, or t without warmup_prefix

    >>> step = TimmStepLRScheduler(decay_t=3, decay_rate=0.5, warmup_t=2)
    >>> [step.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 5, 8)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.025]

    Source: timm.scheduler.StepLRScheduler (run in 1.0.31).
    """

    name = "timm.StepLRScheduler"

    decay_t: float = length(doc="length of a step, also a fraction", any_number=True, rounds="keep", example="30")
    decay_rate: float = number(1.0, doc="factor of each step", example="0.1")
    warmup_prefix: bool = flag(True, doc="whether the steps are counted from the end of the warmup")

    def body(self, base_lr: float) -> LrRule:
        size, rate = self.decay_t, self.decay_rate
        return lambda t: base_lr * (rate ** (t // size))

    def turns(self, t: int) -> CurveMarks:
        at = next_turn(t, self.offset + self.decay_t, self.decay_t) if self.decay_t > 0 else t
        yield at, f"decay x{self.decay_rate:g}" if at > math.floor(self.warmup_t) else ""
