"""A factor given as an expression."""

from __future__ import annotations

from lrcli.expression import Expression
from lrcli.schedules.base import Schedule
from lrcli.schedules.params import expression
from lrcli.values import dataclass


@dataclass(frozen=True)
class Lambda(Schedule):
    """Scale the base learning rate by an expression of the step.

    lr(t) = base_lr * lr_lambda(t)

    >>> Lambda(lr_lambda=Expression("0.5 ** epoch")).lr_at(2, base_lr=0.1)
    0.025

    Source: torch.optim.lr_scheduler.LambdaLR.
    """

    name = "lambda"
    torch = "LambdaLR"
    overwrites = True

    lr_lambda: Expression = expression(
        doc="the factor, an arithmetic expression of epoch", per_group=True, example='"0.95 ** epoch"'
    )

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * self.lr_lambda(t)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        factor = self.lr_lambda.function
        return [base_lr * factor(t) for t in range(start, stop)]

    def monotone_until(self, t: int) -> int | None:
        return t + 1  # an expression may do anything
