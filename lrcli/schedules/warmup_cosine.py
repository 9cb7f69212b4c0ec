"""Linear warmup, then half a cosine."""

from __future__ import annotations

import math
from typing import ClassVar

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number


@dataclass(frozen=True)
class WarmupCosine(Schedule):
    """Warm up linearly to the base LR, then anneal along half a cosine to eta_min: the LambdaLR that people write.

    lr(t) = base_lr * (start_factor + (1 - start_factor) * t / warmup)    for t < warmup
            base_lr * (eta_min + (base_lr - eta_min) / 2
                       * (1 + cos(pi * (t - warmup) / (T_max - warmup)))) / base_lr    for warmup <= t < T_max
            eta_min                                                       for t >= T_max

    T_max counts from step 0, the warmup included.

    >>> [WarmupCosine(warmup=10, T_max=50).lr_at(t, base_lr=0.1) for t in (0, 5, 10, 30, 50)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: "linear warmup, cosine decay" of Goyal et al. (arXiv:1706.02677) and Loshchilov and Hutter
    (arXiv:1608.03983). PyTorch has no class for it; a replay runs it as a LambdaLR.
    """

    name = "warmup_cosine"
    aliases = ("warmup+cosine",)
    counts = "step"
    horizon = ("T_max",)
    spellings: ClassVar[dict[str, tuple[str, str]]] = {
        "warmup_epochs": ("warmup", "ep"),
        "warmup_steps": ("warmup", "st"),
    }

    warmup: float = length(doc="steps from start_factor to the base LR", zero=True, formula_zero=True, example="5")
    T_max: float = length(doc="the step at which the cosine ends, the warmup included", fills="run")
    eta_min: float = number(0.0, doc="the learning rate at the end")
    start_factor: float = number(0.0, doc="factor at step 0")

    def factor_at(self, t: int, base_lr: float) -> float:
        """What LambdaLR's function returns: the factor of the base LR. It needs base_lr only for eta_min > 0."""
        if t < self.warmup:
            return self.start_factor + (1.0 - self.start_factor) * t / self.warmup
        if t >= self.T_max:
            return self.eta_min / base_lr if self.eta_min else 0.0
        half = 0.5 * (1.0 + math.cos(math.pi * (t - self.warmup) / (self.T_max - self.warmup)))
        return (self.eta_min + (base_lr - self.eta_min) * half) / base_lr if self.eta_min else half

    def rule(self, base_lr: float) -> LrRule:
        factor_at = self.factor_at
        return lambda t: base_lr * factor_at(t, base_lr)

    def marks(self) -> CurveMarks:
        yield self.warmup, "warmup ends"
        yield self.T_max, "cosine ends"
