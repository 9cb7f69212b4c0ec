"""A linear warmup, then a constant."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, polynomial
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupConstantSchedule(OptaxSchedule):
    """Warm up linearly from init_value to peak_value, and stay there.

    lr(t) = (init_value - peak_value) * (1 - min(t, warmup_steps) / warmup_steps) + peak_value

    >>> schedule = OptaxWarmupConstantSchedule(init_value=0.0, peak_value=0.1, warmup_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.10000000149011612]

    Source: optax.warmup_constant_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.warmup_constant_schedule"
    own_rate = "peak_value"

    init_value: float = number(doc="the learning rate at the start", example="0.0")
    peak_value: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_steps: float = length(doc="updates of the warmup", any_number=True, example="500")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return polynomial(self.width, steps, self.init_value, self.rate(base_lr), 1, self.warmup_steps)

    def marks(self) -> CurveMarks:
        yield self.warmup_steps, "warmup ends"
