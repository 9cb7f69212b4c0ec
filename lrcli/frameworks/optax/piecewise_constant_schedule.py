"""Constant pieces, each a factor of the one before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from lrcli.frameworks.optax._piecewise import OptaxPiecewise
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewiseConstantSchedule(OptaxPiecewise):
    """Multiply the learning rate by a factor at each boundary.

    lr(t) = init_value * the factors of the boundaries <= t

    >>> schedule = OptaxPiecewiseConstantSchedule(init_value=1.0, boundaries_and_scales={2: 0.5, 4: 0.1})
    >>> [schedule.lr_at(t, 0.0) for t in (1, 2, 4)]
    [1.0, 0.5, 0.05000000074505806]

    Source: optax.piecewise_constant_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.piecewise_constant_schedule"

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        nearest, scales, value = self.width.nearest, self.scales(), self.rate(base_lr)
        if not scales:
            return [value] * len(steps)
        levels = [nearest(value)]
        ordered = sorted(scales)
        for at in ordered:
            levels.append(nearest(nearest(scales[at]) * levels[-1]))
        return [levels[bisect_right(ordered, t)] for t in steps]
