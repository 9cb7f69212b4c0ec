"""Lines and polynomials of the base learning rate."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number


@dataclass(frozen=True)
class Linear(Schedule):
    """Scale the learning rate by a factor that goes linearly from start_factor to end_factor.

    lr(t) = base_lr * (start_factor + (end_factor - start_factor) * min(total_iters, t) / total_iters)

    Past total_iters the factor stays end_factor. With start_factor < end_factor it is a warmup.

    >>> [Linear(start_factor=0.5, total_iters=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 9)]
    [0.05, 0.07500000000000001, 0.1, 0.1]

    Source: torch.optim.lr_scheduler.LinearLR.
    """

    name = "linear"
    torch = "LinearLR"
    horizon = ("total_iters",)

    start_factor: float = number(1 / 3, doc="factor at step 0")
    end_factor: float = number(1.0, doc="factor from total_iters on")
    total_iters: float = length(5, doc="steps from one factor to the other", zero=True, fills="phase", example="10")

    def rule(self, base_lr: float) -> LrRule:
        start, rise, total = self.start_factor, self.end_factor - self.start_factor, self.total_iters
        return lambda t: base_lr * (start + rise * min(total, t) / total)

    def marks(self) -> CurveMarks:
        yield self.total_iters, "warmup ends" if self.start_factor < self.end_factor else "decay ends"


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
