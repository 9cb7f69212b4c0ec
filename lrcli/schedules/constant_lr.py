"""PyTorch's ConstantLR."""

from __future__ import annotations

from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number


@dataclass(frozen=True)
class ConstantLR(Schedule):
    """Scale the learning rate by a constant factor until total_iters: a flat warmup.

    lr(t) = base_lr * factor    for t < total_iters
            base_lr             for t >= total_iters

    >>> [ConstantLR(factor=0.5, total_iters=2).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.05, 0.1]

    Source: torch.optim.lr_scheduler.ConstantLR.
    """

    name = "ConstantLR"
    torch = "ConstantLR"

    factor: float = number(1 / 3, doc="factor before total_iters")
    total_iters: float = length(5, doc="steps for which the factor holds", zero=True, formula_zero=True, fills="phase")

    def rule(self, base_lr: float) -> LrRule:
        factor, total = self.factor, self.total_iters
        return lambda t: base_lr * (factor + (t >= total) * (1 - factor))

    def marks(self) -> CurveMarks:
        yield self.total_iters, "warmup ends"
