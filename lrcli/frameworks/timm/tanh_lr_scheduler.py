"""Cycles of a hyperbolic tangent."""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.frameworks.timm._scheduler import TimmCycles
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class TimmTanhLRScheduler(TimmCycles):
    """Warm up linearly, fall along a hyperbolic tangent towards lr_min in each cycle, and stay at lr_min.

    lr(t) = warmup_lr_init + t * ((target - warmup_lr_init) / warmup_t)    for t < warmup_t
            lr_min + 0.5 * (top - lr_min) * (1 - tanh(lb * (1 - t_curr / t_i) + ub * t_curr / t_i))    in a cycle
                with top = base_lr * cycle_decay**i, t_curr the t since cycle i began, t_i its length
            lr_min    from there on

    target is base_lr with warmup_prefix, else what the tangent has at warmup_t. The tangent never begins at base_lr
    itself; only row 0 has it, which the constructor leaves.

    >>> tanh = TimmTanhLRScheduler(t_initial=10)
    >>> [round(tanh.lr_at(t, base_lr=0.1), 6) for t in (0, 1, 7, 9, 10)]
    [0.1, 0.099999, 0.05, 0.001799, 0.0]

    Source: timm.scheduler.TanhLRScheduler (run in 1.0.31), arXiv:1806.01593.
    """

    name = "timm.TanhLRScheduler"

    lb: float = number(-7.0, doc="the tangent's argument at the start of a cycle")
    ub: float = number(3.0, doc="the tangent's argument at the end of a cycle")

    def check_values(self) -> None:
        self.require(self.lb < self.ub, "lb must be below ub", "lb", "AssertionError")
        for field in ("cycle_limit", "warmup_t", "warmup_lr_init"):
            self.require(getattr(self, field) >= 0, f"{field} must be at least 0", field, "AssertionError")

    def warmup_target(self, base_lr: float) -> float:
        return base_lr if self.warmup_prefix else self.body(base_lr)(self.warmup_t)  # type: ignore[arg-type]

    def shape(self) -> Callable[[float, float, float], float]:
        low, lb, ub, tanh = self.lr_min, self.lb, self.ub, math.tanh

        def lr_in(top: float, at: float, length: float) -> float:
            share = at / length
            return low + 0.5 * (top - low) * (1 - tanh(lb * (1.0 - share) + ub * share))

        return lr_in
