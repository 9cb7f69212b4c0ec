"""Lines between milestones, and what ignite refuses of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from lrcli.frameworks.ignite._scheduler import refuses
from lrcli.schedules import LrRule, Schedule, data, dataclass


@dataclass(frozen=True, kw_only=True)
class Milestones(Schedule):
    """The milestones that a value goes between."""

    milestones_values: Any = data(
        doc="the milestones with their values", takes="a list of [milestone, value]", example="[[0, 0.1], [500, 0.01]]"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "milestones_values", checked_pairs(self.milestones_values))


def lines(pairs: Sequence[tuple[int, float]]) -> LrRule:
    """The lines between (event, value) pairs in order; the first value before them, the last one after them."""
    events, values = [at for at, _ in pairs], [float(value) for _, value in pairs]
    first, last = events[0], events[-1]

    def lr_at(t: int) -> float:
        if t < first:
            return values[0]
        if t >= last:
            return values[-1]
        i = bisect_right(events, t) - 1
        begin, value = events[i], values[i]
        return value + (values[i + 1] - value) * (t - begin) / (events[i + 1] - begin)

    return lr_at


def checked_pairs(pairs: Any) -> tuple[tuple[int, float], ...]:
    """The pairs (event, value), where ignite takes them."""
    field = "milestones_values"
    if not isinstance(pairs, (tuple, list)):
        raise refuses("TypeError", "milestones_values should be a list", field, pairs)
    if not pairs:
        raise refuses("ValueError", "milestones_values should have at least one value", field, pairs)
    before = None
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise refuses("ValueError", "milestones_values should be a list of pairs", field, pair)
        if not isinstance(pair[0], int) or isinstance(pair[0], bool):
            raise refuses("TypeError", "a milestone should be an integer", field, pair[0])
        if not isinstance(pair[1], (int, float)) or isinstance(pair[1], bool):
            raise refuses("TypeError", "a value should be a number", field, pair[1])
        if before is not None and pair[0] < before:
            raise refuses("ValueError", f"milestones should increase: {pair[0]} after {before}", field, pair[0])
        before = pair[0]
    return tuple((at, value) for at, value in pairs)
