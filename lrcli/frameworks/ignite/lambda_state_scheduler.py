"""A value of the engine's state by an expression."""

from __future__ import annotations

from lrcli.expression import Expression
from lrcli.frameworks.ignite._state import IgniteState
from lrcli.schedules import LrRule, dataclass, expression


@dataclass(frozen=True, kw_only=True)
class IgniteLambdaStateScheduler(IgniteState):
    """Set a value of the engine's state to what a function of the event gives; t in it is the event, 1 at row 0.

    value(t) = lambda_obj(t + 1)

    >>> IgniteLambdaStateScheduler(lambda_obj=Expression("8 * 0.5 ** t")).lr_at(0, 0.0)
    4.0

    Source: ignite.handlers.LambdaStateScheduler (run in 0.5.5).
    """

    name = "ignite.LambdaStateScheduler"
    irregular = True  # an expression may do anything

    lambda_obj: Expression = expression(
        doc="the value, an arithmetic expression of t, the number of the event", example='"0.1 * 0.5 ** (t // 1000)"'
    )

    def rule(self, base_lr: float) -> LrRule:
        function = self.lambda_obj.function
        return lambda t: float(function(t + 1))
