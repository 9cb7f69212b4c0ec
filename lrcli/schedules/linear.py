"""A linear ramp of the factor."""

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
