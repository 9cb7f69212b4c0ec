"""One cycle of lines: up to the peak, and down."""

from __future__ import annotations

from lrcli.frameworks.optax._onecycle import OptaxOnecycle
from lrcli.schedules import CurveMarks, dataclass, number


@dataclass(frozen=True, kw_only=True)
class OptaxLinearOnecycleSchedule(OptaxOnecycle):
    """Climb along a line to peak_value, fall along one to the first learning rate, and along a third to the last.

    lr(t) = the lines between peak_value / div_factor at 0, peak_value at int(pct_start * transition_steps),
            peak_value / div_factor at int(pct_final * transition_steps),
            and peak_value / div_factor / final_div_factor from transition_steps on

    Of a few transition_steps two of these counts may be one: then a part is lost.

    >>> schedule = OptaxLinearOnecycleSchedule(transition_steps=10, peak_value=0.1, div_factor=2.0)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 3, 8, 10)]
    [0.05000000074505806, 0.10000000149011612, 0.05000000074505806, 4.999999873689376e-06]

    Source: optax.linear_onecycle_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.linear_onecycle_schedule"
    way = "linear"

    pct_final: float = number(0.85, doc="the share of the way up and down")

    def scales(self) -> dict[float, float]:
        total = self.transition_steps
        return {
            int(self.pct_start * total): self.div_factor,
            int(self.pct_final * total): 1.0 / self.div_factor,
            total: 1.0 / self.final_div_factor,
        }

    def marks(self) -> CurveMarks:
        total = self.transition_steps
        yield int(self.pct_start * total), "peak"
        yield int(self.pct_final * total), "final part begins"
        yield total, "cycle ends"
