"""Triangles, or lines that start again."""

from __future__ import annotations

from lrcli.frameworks.ignite._cyclical import IgniteCyclical
from lrcli.schedules import dataclass, flag


@dataclass(frozen=True, kw_only=True)
class IgniteLinearCyclicalScheduler(IgniteCyclical):
    """Go from start_value to end_value and back in each cycle; monotonic: only there.

    lr(t) = end + (start - end) * abs(e / size - 0.5) * 2        at event e of a cycle
            start + (end - start) * (e / size)                   with monotonic, e <= size
            end + (start - end) * ((e - size) / warmup_duration) with monotonic, e > size

    >>> line = IgniteLinearCyclicalScheduler(start_value=0.1, end_value=0.0, cycle_size=4)
    >>> [line.lr_at(t, 0.0) for t in range(6)]
    [0.1, 0.05, 0.0, 0.05, 0.1, 0.05]

    Source: ignite.handlers.LinearCyclicalScheduler (run in 0.5.5).
    """

    name = "ignite.LinearCyclicalScheduler"

    monotonic: bool = flag(False, doc="whether a cycle only goes to end_value, and not back")

    def check_values(self) -> None:
        super().check_values()
        climbs = self.warmup_duration > 0
        self.require(self.monotonic or not climbs, "warmup_duration needs monotonic: true", "warmup_duration")

    def shape(self, start: float, end: float, shares: list[float]) -> list[float]:
        if self.monotonic:
            fall = end - start
            return [start + fall * share for share in shares]
        rise = start - end
        return [end + rise * abs(share - 0.5) * 2 for share in shares]

    def bends(self, size: int) -> tuple[float, ...]:
        return () if self.monotonic else (size / 2,)
