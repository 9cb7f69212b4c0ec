"""A constant."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule
from lrcli.schedules import dataclass, number


@dataclass(frozen=True, kw_only=True)
class OptaxConstantSchedule(OptaxSchedule):
    """Keep one learning rate: the Python float itself, which no array rounds.

    lr(t) = value

    >>> OptaxConstantSchedule(value=0.1).lr_at(7, 0.0)
    0.1

    Source: optax.constant_schedule (run in 0.2.8).
    """

    name = "optax.constant_schedule"
    own_rate = "value"

    value: float | None = number(None, doc="the learning rate", optional=True)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return [self.rate(base_lr)] * len(steps)
