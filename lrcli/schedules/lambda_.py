"""A factor given as an expression."""

from __future__ import annotations

from lrcli.expression import Expression
from lrcli.schedules import LrRule, Schedule, dataclass, expression


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
    irregular = True  # an expression may do anything

    lr_lambda: Expression = expression(
        doc="the factor, an arithmetic expression of epoch", per_group=True, example='"0.95 ** epoch"'
    )

    def rule(self, base_lr: float) -> LrRule:
        factor = self.lr_lambda.function
        return lambda t: base_lr * factor(t)
