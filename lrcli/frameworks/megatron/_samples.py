"""Megatron's clock counts the samples seen before each update."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

MOST_RAMP = 1_000_000
"""At most this many updates of a ramp are counted."""


class Samples:
    """How many samples were seen before update t: a multiple of the batch size, or the sum of the sizes so far.

    Where sizes are listed, the last one goes on after the end of the list.

    >>> ramp = Samples((16, 16, 32))
    >>> [ramp.before(t) for t in range(6)], ramp.first(64), ramp.first(64, above=True)
    ([0, 16, 32, 64, 96, 128], 3, 4)
    """

    def __init__(self, increment: float | Sequence[float]) -> None:
        sizes = increment if isinstance(increment, Sequence) else ()
        self._sums: list[float] = list(accumulate(sizes, initial=0))
        self._last: float = increment if not isinstance(increment, Sequence) else increment[-1]

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

    def first(self, n: float, above: bool = False) -> float:
        """The first update before which n samples were seen, or `above` n; infinity if that never comes."""
        at = (bisect_right if above else bisect_left)(self._sums, n)
        if at < len(self._sums):
            return at
        rest, end = n - self._sums[-1], len(self._sums) - 1
        if self._last <= 0:
            return math.inf
        return end + (int(rest // self._last) + 1 if above else int(-(-rest // self._last)))


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
