"""A polynomial from one learning rate to another."""

from __future__ import annotations

from lrcli.frameworks.optax.linear_schedule import OptaxLinearSchedule
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class OptaxPolynomialSchedule(OptaxLinearSchedule):
    """Go from init_value to end_value along a polynomial, and stay there.

    lr(t) = (init_value - end_value) * (1 - n / transition_steps) ** power + end_value
            with n = t - transition_begin, cut to 0 and transition_steps

    transition_steps of 0 or less keep init_value.

    >>> schedule = OptaxPolynomialSchedule(init_value=0.1, end_value=0.0, power=2, transition_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.02500000037252903, 0.0, 0.0]

    Source: optax.polynomial_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.polynomial_schedule"
    aliases = ("polynomial_decay",)

    power: float = number(doc="the exponent; 1 is a line", example="2")

    @property
    def exponent(self) -> float:
        return self.power
