"""A warmup, a hold, then a polynomial."""

from __future__ import annotations

import math

from lrcli.frameworks.nemo._policy import NemoHeld, edges
from lrcli.frameworks.nemo.polynomial_decay_annealing import poly_decay
from lrcli.schedules import CurveMarks, LrRule, dataclass, flag, number


@dataclass(frozen=True, kw_only=True)
class NemoPolynomialHoldDecayAnnealing(NemoHeld):
    """Warm up to the learning rate, hold it, then fall along a polynomial to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))              for t <= warmup_steps
            base_lr                                               for t < H = warmup_steps + hold_steps
            (base_lr - min_lr) * (1 - share)**power + min_lr      for t <= max_steps
                with share = min(1, (t - H) / (max_steps - max(warmup_steps, H)))
            min_lr                                                from there on

    Without a hold H is 0, and not the end of the warmup. With `cycle` the polynomial begins again where that reaches 1
    before max_steps, over twice as many steps.

    >>> policy = NemoPolynomialHoldDecayAnnealing(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.PolynomialHoldDecayAnnealing (run in 3.0.0).
    """

    name = "nemo.PolynomialHoldDecayAnnealing"

    power: float = number(1.0, doc="the exponent")
    cycle: bool = flag(False, doc="whether it begins again where it ends before max_steps")

    @property
    def _size(self) -> float:
        return self.max_steps - max(self.warmup, self.hold)

    def body(self, base_lr: float) -> LrRule:
        return poly_decay(base_lr, self.hold, self._size, self.power, self.min_lr, self.cycle)

    def marks(self) -> CurveMarks:
        yield from super().marks()
        size = self._size
        end = self.hold + size * ((self.max_steps - self.hold) // size if self.cycle and size > 0 else 1)
        if self.warmup < math.floor(end) < self.max_steps:
            yield from edges(end, "")
