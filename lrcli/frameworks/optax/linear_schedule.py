"""A line from one learning rate to another."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, polynomial
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class OptaxLinearSchedule(OptaxSchedule):
    """Go from init_value to end_value along a line, and stay there.

    lr(t) = (init_value - end_value) * (1 - n / transition_steps) + end_value
            with n = t - transition_begin, cut to 0 and transition_steps

    Step 0 is (init_value - end_value) + end_value, which float32 may round away from init_value.

    >>> schedule = OptaxLinearSchedule(init_value=0.0, end_value=0.1, transition_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.10000000149011612]

    Source: optax.linear_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.linear_schedule"
    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    end_value: float = number(doc="the learning rate at the end", example="0.0")
    transition_steps: float = length(doc="updates of the way", any_number=True, fills="run")
    transition_begin: float = length(0, doc="updates before it begins", any_number=True)

    @property
    def exponent(self) -> float:
        """The power of the line, or of the polynomial that a subclass is."""
        return 1

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        init, size, begin = self.rate(base_lr), self.transition_steps, self.transition_begin
        return polynomial(self.width, steps, init, self.end_value, self.exponent, size, begin)

    def marks(self) -> CurveMarks:
        if self.transition_steps > 0:
            begin = max(self.transition_begin, 0)
            yield begin, "transition begins"
            yield begin + self.transition_steps, "transition ends"
