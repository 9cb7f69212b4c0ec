"""A value of the engine's state that decays with each event."""

from __future__ import annotations

from lrcli.frameworks.ignite._state import IgniteDecayingState
from lrcli.schedules import LrRule, dataclass, number


@dataclass(frozen=True, kw_only=True)
class IgniteExpStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma at each event.

    value(t) = initial_value * gamma**(t + 1)

    >>> decay = IgniteExpStateScheduler(initial_value=8.0, gamma=0.5)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2)]
    [4.0, 2.0, 1.0]

    Source: ignite.handlers.ExpStateScheduler (run in 0.5.5).
    """

    name = "ignite.ExpStateScheduler"

    gamma: float = number(doc="the factor", example="0.999")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma = float(self.initial_value), self.gamma
        return lambda t: first * gamma ** (t + 1)
