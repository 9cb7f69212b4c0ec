"""The steps at which a curve that comes again and again jumps or turns."""

from __future__ import annotations

import math


def next_turn(t: int, begin: float, every: float) -> int:
    """Return the first step >= t (and >= 1) that is begin + k * every, rounded up, for a k >= 0; every is above 0.

    >>> [next_turn(t, 10, 2.5) for t in (0, 11, 13, 14)]
    [10, 13, 13, 15]
    """
    t = max(t, 1)
    if every <= 1:
        return max(t, math.ceil(begin))
    k = max(0, math.floor((t - begin) / every) - 1)
    while math.ceil(begin + k * every) < t:
        k += 1
    return math.ceil(begin + k * every)


def turning_step(t: int, size: float) -> int:
    """Return the first step >= t (and >= 1) beside a multiple of `size`, where a curve of that period turns.

    >>> [turning_step(t, 2.5) for t in (0, 3, 4, 6)]
    [2, 3, 5, 7]
    """
    t = max(t, 1)
    near = int(t / size)
    beside = (
        step for k in (near - 1, near, near + 1, near + 2) for step in (math.floor(k * size), math.ceil(k * size))
    )
    return min((step for step in beside if step >= t), default=t)


def next_multiple(t: int, size: float) -> int:
    """Return the first step >= t (and >= 1) at which t // size is larger than it was a step before.

    >>> [next_multiple(t, 2.4) for t in (0, 3, 4, 6)]
    [3, 3, 5, 8]
    """
    t = max(t, 1)
    if size == int(size):
        return -(-t // int(size)) * int(size)
    before = (t - 1) // size
    step = max(t, math.ceil((before + 1) * size) - 1)
    while step // size <= before:
        step += 1
    return step
