"""What each class of mmengine makes of the current rate: functions of its own step and that rate, in its arithmetic."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate

from lrcli.frameworks.base import raised

Update = Callable[[int, float], float]
"""The rate after a scheduler's own step (0 is that of its constructor), of the rate before."""


def step(size: float, gamma: float) -> Update:
    return lambda t, lr: lr if t == 0 or t % size != 0 else lr * gamma


def multi_step(milestones: Sequence[float], gamma: float) -> Update:
    times = Counter(milestones)
    return lambda t, lr: lr * gamma ** times[t] if t in times else lr


def constant(factor: float, total: float) -> Update:
    def update(t: int, lr: float) -> float:
        if t == 0:
            return lr * factor
        return lr * (1.0 / factor) if t == total else lr

    return update


def exponential(gamma: float) -> Update:
    return lambda t, lr: lr * gamma if t else lr


def linear(start: float, end: float, total: float) -> Update:
    change = end - start
    return lambda t, lr: lr * (1.0 + change / (total * start + (t - 1) * change)) if t else lr * start


def quadratic(total: float, base: float) -> Update:
    return lambda t, lr: (lr if t else 0.0) + base * (2 * t + 1) / total**2


def polynomial(eta_min: float, power: float, total: float) -> Update:
    return lambda t, lr: (lr - eta_min) * (1 - 1 / (total - t + 1)) ** power + eta_min if t else lr


def cosine(t_max: float, eta_min: float, base: float) -> Update:
    cos, pi = math.cos, math.pi
    turn = (base - eta_min) * (1 - cos(pi / t_max)) / 2

    def update(t: int, lr: float) -> float:
        if t == 0:
            return lr
        if (t - 1 - t_max) % (2 * t_max) == 0:
            return lr + turn
        return (1 + cos(pi * t / t_max)) / (1 + cos(pi * (t - 1) / t_max)) * (lr - eta_min) + eta_min

    return update


def cosine_restart(periods: Sequence[float], weights: Sequence[float], eta_min: float, base: float) -> Update:
    ends = list(accumulate(periods))
    cos, pi = math.cos, math.pi
    count = len(ends)

    def update(t: int, lr: float) -> float:
        i = bisect_right(ends, t)
        if i == count:
            return lr
        period, at = periods[i], t - (ends[i - 1] if i else 0)
        if at == 0:
            return base * weights[i]
        return (1 + cos(pi * at / period)) / (1 + cos(pi * (at - 1) / period)) * (lr - eta_min) + eta_min

    return update


def one_cycle(
    phases: Sequence[tuple[float, int, int]], rates: Sequence[float], total: float, by_cosine: bool
) -> Update:
    """A phase is (its end, the index of the rate that it begins at, that of the one it leads to).

    The rates stand in the optimizer's group: another OneCycleLR of the list replaces them.
    """
    last = len(phases) - 1

    def update(t: int, lr: float) -> float:
        if t > total:
            raise raised("mmengine", "ValueError", f"Tried to step {t + 1} times, of {total:g} total steps")
        begin: float = 0
        for i, (end, first, then) in enumerate(phases):
            if t <= end or i == last:
                part = (t - begin) / (end - begin)
                start, stop = rates[first], rates[then]
                if by_cosine:
                    return stop + (start - stop) / 2.0 * (math.cos(math.pi * part) + 1)
                return (stop - start) * part + start
            begin = end
        raise AssertionError("the last phase has no end")

    return update
