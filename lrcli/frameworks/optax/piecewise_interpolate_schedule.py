"""Lines or half cosines between the values at boundaries."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._piecewise import OptaxPiecewise
from lrcli.frameworks.optax._schedule import interpolated
from lrcli.schedules import choice, dataclass


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewiseInterpolateSchedule(OptaxPiecewise):
    """Go along a line or half a cosine to the value at each boundary: the value before it times its factor.

    lr(t) = (end - start) * share + start                              with interpolate_type linear
            end + (start - end) / 2 * (cos(pi * share) + 1)            with cosine
                with share the part of the way from boundary to boundary; the last value from the last boundary on

    >>> schedule = OptaxPiecewiseInterpolateSchedule(
    ...     interpolate_type="linear", init_value=1.0, boundaries_and_scales={2: 0.5}
    ... )
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 2, 3)]
    [1.0, 0.75, 0.5, 0.5]

    Source: optax.piecewise_interpolate_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.piecewise_interpolate_schedule"
    value_raises = "ValueError"

    interpolate_type: str = choice("linear", "linear", "cosine", doc="the way between boundaries")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return interpolated(self.width, self.interpolate_type, steps, self.rate(base_lr), self.scales())
