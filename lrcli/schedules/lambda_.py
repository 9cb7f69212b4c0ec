"""Factors given as an expression."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

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

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return [base_lr * factor for factor in self.lr_lambda.values(steps)]


class _Product:
    """The running product of an expression's values: asked for in order, each step costs one multiplication."""

    def __init__(self, factor: Expression) -> None:
        self._factor = factor
        self._t = 0
        self._value = 1.0

    def at(self, t: int) -> float:
        if t < self._t:
            self._t, self._value = 0, 1.0
        factor = self._factor
        for i in range(self._t + 1, t + 1):
            self._value *= factor(i)
            self._t = i
        return self._value


@dataclass(frozen=True)
class Multiplicative(Schedule):
    """Multiply the learning rate by an expression of the step, at every step.

    lr(t) = base_lr * lr_lambda(1) * lr_lambda(2) * ... * lr_lambda(t)

    >>> Multiplicative(lr_lambda=Expression("0.5")).lr_at(3, base_lr=0.8)
    0.1

    Source: torch.optim.lr_scheduler.MultiplicativeLR.
    """

    name = "multiplicative"
    torch = "MultiplicativeLR"
    walks = True
    irregular = True  # an expression may do anything

    lr_lambda: Expression = expression(
        doc="the factor of each step, an arithmetic expression of epoch",
        per_group=True,
        example='"1 - 0.2 / (1 + epoch)"',
    )

    def lr_at(self, t: int, base_lr: float) -> float:
        return base_lr * self._product.at(t)

    @cached_property
    def _product(self) -> _Product:
        return _Product(self.lr_lambda)
