"""One cycle of half cosines: up to the peak, and down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lrcli.frameworks.optax._schedule import OptaxSchedule, interpolated, refuses
from lrcli.schedules.params import length, number


@dataclass(frozen=True, kw_only=True)
class OptaxCosineOnecycleSchedule(OptaxSchedule):
    """Climb along half a cosine to peak_value, and fall along another to the last learning rate.

    lr(t) = the half cosines between peak_value / div_factor at 0, peak_value at int(pct_start * transition_steps),
            and peak_value / div_factor / final_div_factor from transition_steps on

    >>> schedule = OptaxCosineOnecycleSchedule(transition_steps=10, peak_value=0.1, div_factor=2.0)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 3, 10)]
    [0.05000000074505806, 0.10000000149011612, 4.999999873689376e-06]

    Source: optax.cosine_onecycle_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.cosine_onecycle_schedule"
    own_rate = "peak_value"

    transition_steps: float = length(doc="updates of the cycle", any_number=True, fills="run")
    peak_value: float | None = number(None, doc="the largest learning rate", optional=True)
    pct_start: float = number(0.3, doc="the share of the way up")
    div_factor: float = number(25.0, doc="peak_value / the first learning rate")
    final_div_factor: float = number(1e4, doc="the first learning rate / the last")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.transition_steps <= 0:
            raise refuses("transition_steps must be above 0", "transition_steps", self.transition_steps)
        for field in ("div_factor", "final_div_factor"):
            if not getattr(self, field):
                raise refuses(f"{field} is divided by", field, 0, "ZeroDivisionError")

    def scales(self) -> dict[float, float]:
        """The factors by their counts: where two fall on one count, the later one is left."""
        total = self.transition_steps
        return {
            int(self.pct_start * total): self.div_factor,
            int(total): 1.0 / (self.div_factor * self.final_div_factor),
        }

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return interpolated(self.width, "cosine", steps, self.own(base_lr) / self.div_factor, self.scales())

    def marks(self) -> Iterator[tuple[float, str]]:
        total = self.transition_steps
        yield int(self.pct_start * total), "peak"
        yield total, "cycle ends"
