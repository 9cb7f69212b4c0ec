"""One cycle of half cosines: up to the peak, and down."""

from __future__ import annotations

from lrcli.frameworks.optax._onecycle import OptaxOnecycle
from lrcli.schedules import CurveMarks, dataclass


@dataclass(frozen=True, kw_only=True)
class OptaxCosineOnecycleSchedule(OptaxOnecycle):
    """Climb along half a cosine to peak_value, and fall along another to the last learning rate.

    lr(t) = the half cosines between peak_value / div_factor at 0, peak_value at int(pct_start * transition_steps),
            and peak_value / div_factor / final_div_factor from transition_steps on

    >>> schedule = OptaxCosineOnecycleSchedule(transition_steps=10, peak_value=0.1, div_factor=2.0)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 3, 10)]
    [0.05000000074505806, 0.10000000149011612, 4.999999873689376e-06]

    Source: optax.cosine_onecycle_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.cosine_onecycle_schedule"
    way = "cosine"

    def scales(self) -> dict[float, float]:
        total = self.transition_steps
        return {
            int(self.pct_start * total): self.div_factor,
            int(total): 1.0 / (self.div_factor * self.final_div_factor),
        }

    def marks(self) -> CurveMarks:
        total = self.transition_steps
        yield int(self.pct_start * total), "peak"
        yield total, "cycle ends"
