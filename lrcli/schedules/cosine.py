"""Half cosines: one, several that start again, and one behind a warmup."""

from __future__ import annotations

import math
from typing import ClassVar

from lrcli.schedules import CurveMarks, LrRule, Schedule, count, dataclass, length, number
from lrcli.schedules.turns import turning_step


@dataclass(frozen=True)
class Cosine(Schedule):
    """Anneal the learning rate from the base LR to eta_min along half a cosine.

    lr(t) = eta_min + (base_lr - eta_min) * (1 + cos(pi * t / T_max)) / 2

    At t = T_max it is eta_min. Past T_max it climbs again, as PyTorch's does: lr(T_max + d) = lr(T_max - d).

    >>> [Cosine(T_max=10).lr_at(t, base_lr=0.1) for t in (0, 5, 10, 20)]
    [0.1, 0.05, 0.0, 0.1]

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983), without the restarts;
    torch.optim.lr_scheduler.CosineAnnealingLR.
    """

    name = "cosine"
    torch = "CosineAnnealingLR"
    horizon = ("T_max",)

    T_max: float = length(doc="steps from the base LR to eta_min", fills="run")
    eta_min: float = number(0.0, doc="the smallest learning rate")

    def rule(self, base_lr: float) -> LrRule:
        low, drop, size, cos, pi = self.eta_min, base_lr - self.eta_min, self.T_max, math.cos, math.pi
        return lambda t: low + drop * (1 + cos(pi * t / size)) / 2

    def turns(self, t: int) -> CurveMarks:
        at = turning_step(t, self.T_max)
        turn = "minimum, climbs from here" if at // self.T_max % 2 else "back at the base LR"
        yield at, "" if at % self.T_max else turn

    def repeats_after(self) -> int | None:
        return 2 * math.ceil(self.T_max) if self.T_max % 1 == 0 else None


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Anneal along half a cosine, jump back to the base LR, and again, each cycle T_mult times as long.

    lr(t) = eta_min + (base_lr - eta_min) * (1 + cos(pi * T_cur / T_i)) / 2

    T_i is the length of the cycle that holds t (T_0, T_0 * T_mult, T_0 * T_mult**2, ...), T_cur the steps since it
    began, 0 <= T_cur < T_i: eta_min itself is never reached.

    >>> [CosineRestarts(T_0=2, T_mult=2).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.1, 0.05, 0.1, 0.05, 0.1]

    Source: Loshchilov and Hutter, SGDR (arXiv:1608.03983); torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.
    """

    name = "cosine_restarts"
    torch = "CosineAnnealingWarmRestarts"

    T_0: float = length(doc="steps of the first cycle", zero=True, example="30", whole=True)
    T_mult: float = count(1, doc="factor from one cycle's length to the next", at_least=1, example="2")
    eta_min: float = number(0.0, doc="the smallest learning rate")

    def lr_at(self, t: int, base_lr: float) -> float:
        begin, size = self.cycle_at(t)
        return self.eta_min + (base_lr - self.eta_min) * (1 + math.cos(math.pi * (t - begin) / size)) / 2

    def cycle_at(self, t: int) -> tuple[int, int]:
        """(the first step, the length) of the cycle that holds step t."""
        size, factor = int(self.T_0), int(self.T_mult)
        if factor == 1:
            return t // size * size, size
        begin = 0
        while t - begin >= size:
            begin += size
            size *= factor
        return begin, size

    def turns(self, t: int) -> CurveMarks:
        begin, size = self.cycle_at(t)
        yield begin if t == begin else begin + size, "restart"

    def repeats_after(self) -> int | None:
        return int(self.T_0) if int(self.T_mult) == 1 else None


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

    def factors(self, base_lr: float) -> LrRule:
        """LambdaLR's function, which returns the factor of the base LR. It needs base_lr only for eta_min > 0."""
        return self._scaled(1.0, base_lr)

    def rule(self, base_lr: float) -> LrRule:
        return self._scaled(base_lr, base_lr)

    def _scaled(self, scale: float, base_lr: float) -> LrRule:
        """`scale` times the factor of base_lr."""
        warmup, end, span, cos, pi = self.warmup, self.T_max, self.T_max - self.warmup, math.cos, math.pi
        start, rise, low, drop = self.start_factor, 1.0 - self.start_factor, self.eta_min, base_lr - self.eta_min

        def lr_at(t: int) -> float:
            if t < warmup:
                return scale * (start + rise * t / warmup)
            if t >= end:
                return scale * (low / base_lr if low else 0.0)
            half = 0.5 * (1.0 + cos(pi * (t - warmup) / span))
            return scale * ((low + drop * half) / base_lr if low else half)

        return lr_at

    def marks(self) -> CurveMarks:
        yield self.warmup, "warmup ends"
        yield self.T_max, "cosine ends"
