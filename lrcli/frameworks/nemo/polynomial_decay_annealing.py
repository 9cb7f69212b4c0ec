"""A warmup, then a polynomial."""

from __future__ import annotations

import math

from lrcli.frameworks.nemo._policy import NemoAnnealed
from lrcli.schedules import LrRule, dataclass, flag, number


def poly_decay(base_lr: float, begin: float, steps: float, power: float, low: float, cycle: bool) -> LrRule:
    """A polynomial from base_lr to `low` over `steps` steps, then `low`, or (cycle) again over twice as many."""
    span, pow, ceil = base_lr - low, math.pow, math.ceil

    def lr_at(t: int) -> float:
        step, size = t - begin, steps
        if cycle:
            size = steps * (1.0 if step == 0 else ceil(step / steps))
        elif step > steps:
            step = steps
        return span * pow(1.0 - step / size, power) + low

    return lr_at


@dataclass(frozen=True, kw_only=True)
class NemoPolynomialDecayAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall along a polynomial to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                  for t <= warmup_steps
            (base_lr - min_lr) * (1 - share)**power + min_lr          for t <= max_steps
                with share = (t - warmup_steps) / (max_steps - warmup_steps)
            min_lr                                                    from there on

    >>> [NemoPolynomialDecayAnnealing(max_steps=4, power=2).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.PolynomialDecayAnnealing (run in 3.0.0).
    """

    name = "nemo.PolynomialDecayAnnealing"

    power: float = number(1.0, doc="the exponent")
    cycle: bool = flag(False, doc="whether it would begin again: it never does before max_steps")

    def body(self, base_lr: float) -> LrRule:
        warmup = self.warmup
        return poly_decay(base_lr, warmup, self.max_steps - warmup, self.power, self.min_lr, self.cycle)
