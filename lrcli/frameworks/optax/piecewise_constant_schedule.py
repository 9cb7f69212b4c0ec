"""Constant pieces, each a factor of the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrcli.frameworks.optax._schedule import OptaxSchedule, boundaries, mark_boundaries
from lrcli.schedules.params import data, frozen, number


@dataclass(frozen=True, kw_only=True)
class OptaxPiecewiseConstantSchedule(OptaxSchedule):
    """Multiply the learning rate by a factor at each boundary.

    lr(t) = init_value * the factors of the boundaries <= t

    >>> schedule = OptaxPiecewiseConstantSchedule(init_value=1.0, boundaries_and_scales={2: 0.5, 4: 0.1})
    >>> [schedule.lr_at(t, 0.0) for t in (1, 2, 4)]
    [1.0, 0.5, 0.05000000074505806]

    Source: optax.piecewise_constant_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.piecewise_constant_schedule"
    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    boundaries_and_scales: Any = data(
        None,
        doc="the factor at each boundary",
        takes="a mapping from counts to factors",
        optional=True,
        example="{1000: 0.1, 2000: 0.5}",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "boundaries_and_scales", frozen(self.boundaries_and_scales))
        boundaries(self.boundaries_and_scales, "boundaries_and_scales")

    def scales(self) -> dict[float, float]:
        return boundaries(self.boundaries_and_scales, "boundaries_and_scales")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        one, scales, value = self.width.one, self.scales(), self.own(base_lr)
        if not scales:
            return [value] * len(steps)
        levels = [one(value)]
        ordered = sorted(scales)
        for at in ordered:
            levels.append(one(one(scales[at]) * levels[-1]))
        from bisect import bisect_right

        return [levels[bisect_right(ordered, t)] for t in steps]

    def marks(self) -> Iterator[tuple[float, str]]:
        yield from mark_boundaries(self.scales())
