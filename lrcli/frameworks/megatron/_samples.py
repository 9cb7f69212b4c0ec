"""The clock of Megatron: samples seen before each update."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

MOST_RAMP = 1_000_000
"""So many updates of a ramp are counted."""


class Samples:
    """How many samples were seen before update t: a multiple of the batch size, or the sum of the sizes so far.

    Where sizes are listed, the last one goes on after the end of the list.

    >>> ramp = Samples((16, 16, 32))
    >>> [ramp.before(t) for t in range(6)], ramp.first_at_least(64), ramp.first_above(64)
    ([0, 16, 32, 64, 96, 128], 3, 4)
    """

    def __init__(self, increment: float | Sequence[float]) -> None:
        self._sums: list[float] = [0]
        self._last: float = 0
        if isinstance(increment, Sequence):
            self._sums = list(accumulate(increment, initial=0))
            self._last = increment[-1] if increment else 0
        else:
            self._last = increment

    def counter(self) -> Callable[[int], float]:
        """The samples before an update, as a function."""
        sums, last = self._sums, self._last
        end = len(sums) - 1
        if not end:
            return lambda t: t * last
        return lambda t: sums[t] if t <= end else sums[end] + (t - end) * last

    def before(self, t: int) -> float:
        """The samples before update t."""
        return self.counter()(t)

    def first_at_least(self, n: float) -> int | None:
        """The first update before which n samples were seen; None if that never comes."""
        at = bisect_left(self._sums, n)
        if at < len(self._sums):
            return at
        end = len(self._sums) - 1
        return end + int(-(-(n - self._sums[end]) // self._last)) if self._last > 0 else None

    def first_above(self, n: float) -> int | None:
        """The first update before which more than n samples were seen; None if that never comes."""
        at = bisect_right(self._sums, n)
        if at < len(self._sums):
            return at
        end = len(self._sums) - 1
        return end + int((n - self._sums[end]) // self._last) + 1 if self._last > 0 else None


def ramp_sizes(start: int, increment: int, samples: int, full: int) -> tuple[int, ...]:
    """The batch sizes while they grow from start to full over so many samples, as --rampup-batch-size has them.

    >>> ramp_sizes(2, 2, 12, 6)
    (2, 2, 2, 4, 4)
    """
    each = samples / ((full - start) / increment)
    sizes: list[int] = []
    seen = 0
    while seen <= samples and len(sizes) < MOST_RAMP:
        sizes.append(start + int(seen / each) * increment)
        seen += sizes[-1]
    return tuple(sizes)
