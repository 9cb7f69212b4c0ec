"""Lines between milestones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lrcli.frameworks.ignite._scheduler import IgniteOfGroup, refuses
from lrcli.frameworks.marked import Marked
from lrcli.frameworks.stateless import Rule
from lrcli.schedules.params import data


def lines(pairs: Sequence[tuple[int, float]]) -> Rule:
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


@dataclass(frozen=True, kw_only=True)
class IgnitePiecewiseLinear(IgniteOfGroup, Marked):
    """Go in lines from one milestone's value to the next one's.

    lr(t) = v_k + (v_(k+1) - v_k) * (t - m_k) / (m_(k+1) - m_k)    for m_k <= t < m_(k+1)
            v_0 before the first milestone, the last value after the last one

    Two milestones at one event are a jump.

    >>> line = IgnitePiecewiseLinear(milestones_values=((1, 0.1), (5, 0.2)))
    >>> [round(line.lr_at(t, 0.0), 4) for t in (0, 1, 3, 5, 6)]
    [0.1, 0.1, 0.15, 0.2, 0.2]

    Source: ignite.handlers.PiecewiseLinear (run in 0.5.5).
    """

    name = "ignite.PiecewiseLinear"
    sets_lr = True

    milestones_values: Any = data(
        doc="the milestones with their values", takes="a list of [milestone, value]", example="[[0, 0.1], [500, 0.01]]"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        pairs, field = self.milestones_values, "milestones_values"
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
        object.__setattr__(self, field, tuple((at, value) for at, value in pairs))

    def rule(self, base_lr: float) -> Rule:
        return (lambda t: base_lr) if self.is_idle else lines(self.milestones_values)

    def marks(self) -> Iterator[tuple[float, str]]:
        for at in dict.fromkeys(at for at, _ in self.milestones_values):
            yield at, "milestone"
