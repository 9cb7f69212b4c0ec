"""Half cosines that start again."""

from __future__ import annotations

import math

from lrcli.frameworks.ignite._cyclical import IgniteCyclical
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class IgniteCosineAnnealingScheduler(IgniteCyclical):
    """Follow half a cosine from start_value to end_value in each cycle, and start again.

    lr(t) = start + ((end - start) / 2) * (1 - cos(pi * e / size))     at event e of a cycle, e <= size
            end + (start - end) * ((e - size) / warmup_duration)       for e > size

    From one cycle to the next, size, start, end and warmup_duration are multiplied by cycle_mult (and cut to whole
    numbers), start_value_mult, end_value_mult and cycle_mult. end is never quite reached without a warmup_duration.

    >>> cosine = IgniteCosineAnnealingScheduler(start_value=0.1, end_value=0.0, cycle_size=4)
    >>> [round(cosine.lr_at(t, 0.0), 4) for t in range(6)]
    [0.1, 0.0854, 0.05, 0.0146, 0.1, 0.0854]

    Source: ignite.handlers.CosineAnnealingScheduler (run in 0.5.5).
    """

    name = "ignite.CosineAnnealingScheduler"

    def shape(self, start: float, end: float, shares: list[float]) -> list[float]:
        half, cos, pi = (end - start) / 2, math.cos, math.pi
        return [start + half * (1 - cos(pi * share)) for share in shares]
