"""A linear warmup, a cosine to a share of the base LR, and that share for the rest of the run."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.transformers._lambda import Waves
from lrcli.schedules import CurveMarks, LrRule, dataclass, number


@dataclass(frozen=True, kw_only=True)
class AxolotlCosineConstantLrRatio(Waves):
    """Warm up linearly from 0, follow a cosine to min_lr_ratio of the base LR until `end`, and stay there.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (max(0, (1 - min_lr_ratio) * 0.5 * (1 + cos(pi * num_cycles * 2 * progress))) + min_lr_ratio)
                with progress = (min(t, end) - num_warmup_steps) / max(1, end - num_warmup_steps)
                and end = int(num_training_steps * constant_lr_ratio)

    >>> cosine = AxolotlCosineConstantLrRatio(
    ...     num_warmup_steps=2, num_training_steps=10, constant_lr_ratio=0.6, min_lr_ratio=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6, 9)]
    [0.0, 0.05, 0.1, 0.05500000000000001, 0.010000000000000002, 0.010000000000000002]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_warmup_decay_constant (run in 0.19.0).
    """

    name = "axolotl.cosine_constant_lr_ratio"
    aliases = ("get_cosine_schedule_with_warmup_decay_constant",)

    constant_lr_ratio: float = number(doc="the share of the run after which the rate is constant", example="0.8")
    min_lr_ratio: float = number(doc="the share of the base LR that it comes down to", example="0.1")

    @property
    def end(self) -> int:
        """The step from which on the rate is constant."""
        return int(self.num_training_steps * self.constant_lr_ratio)

    def factor(self, base_lr: float) -> LrRule:
        warmup, end, low, cos = self.num_warmup_steps, self.end, self.min_lr_ratio, math.cos
        angle, rest = math.pi * float(self.num_cycles) * 2.0, float(max(1, end - warmup))

        def factor(t: int) -> float:
            progress = (min(t, end) - warmup) / rest
            return max(0, (1 - low) * 0.5 * (1.0 + cos(angle * progress))) + low

        return factor

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps, "warmup ends"
        yield self.end, "decay ends"

    def turns(self, t: int) -> CurveMarks:
        return super().turns(t) if t < self.end else iter(())

    def notes(self) -> Iterator[Problem]:
        return iter(())  # its cosine has an end
