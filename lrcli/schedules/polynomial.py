"""Polynomial decay to zero."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number


@dataclass(frozen=True)
class Polynomial(Schedule):
    """Decay the learning rate to 0 as a power of what is left of total_iters.

    lr(t) = base_lr * (1 - min(total_iters, t) / total_iters) ** power

    power 1 is a straight line; past total_iters the learning rate stays 0.

    >>> [Polynomial(total_iters=4, power=2.0).lr_at(t, base_lr=1.0) for t in (0, 2, 4, 5)]
    [1.0, 0.25, 0.0, 0.0]

    Source: torch.optim.lr_scheduler.PolynomialLR.
    """

    name = "polynomial"
    torch = "PolynomialLR"
    horizon = ("total_iters",)

    total_iters: float = length(5, doc="steps until the learning rate is 0", zero=True, fills="phase", example="90")
    power: float = number(1.0, doc="power of the polynomial")

    def rule(self, base_lr: float) -> LrRule:
        total, power = self.total_iters, self.power
        return lambda t: base_lr * float((1.0 - min(total, t) / total) ** power)

    def marks(self) -> CurveMarks:
        yield self.total_iters, "decay ends"
