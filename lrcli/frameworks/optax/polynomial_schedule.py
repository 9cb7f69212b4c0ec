"""A polynomial from one learning rate to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, polynomial
from lrcli.schedules.params import length, number
from lrcli.values import dataclass


@dataclass(frozen=True, kw_only=True)
class OptaxPolynomialSchedule(OptaxSchedule):
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
    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    end_value: float = number(doc="the learning rate at the end", example="0.0")
    power: float = number(doc="the exponent; 1 is a line", example="2")
    transition_steps: float = length(doc="updates of the way", any_number=True, fills="run")
    transition_begin: float = length(0, doc="updates before it begins", any_number=True)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return polynomial(
            self.width,
            steps,
            self.own(base_lr),
            self.end_value,
            self.power,
            self.transition_steps,
            self.transition_begin,
        )

    def marks(self) -> Iterator[tuple[float, str]]:
        if self.transition_steps > 0:
            begin = max(self.transition_begin, 0)
            yield begin, "transition begins"
            yield begin + self.transition_steps, "transition ends"
