"""What mmengine's schedulers make of the learning rate, update by update, and its events."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from lrcli.errors import Problem
from lrcli.frameworks.base import raised
from lrcli.frameworks.mmengine._entries import INF, Entry
from lrcli.schedules import CurveMarks

Update = Callable[[float, int], float]
"""The rate after a scheduler's own step (0 is that of its constructor), of the rate before and the step."""


def step(size: float, gamma: float) -> Update:
    return lambda lr, t: lr if t == 0 or t % size != 0 else lr * gamma


def multi_step(milestones: Sequence[float], gamma: float) -> Update:
    times = Counter(milestones)
    return lambda lr, t: lr * gamma ** times[t] if t in times else lr


def constant(factor: float, total: float) -> Update:
    def update(lr: float, t: int) -> float:
        if t == 0:
            return lr * factor
        return lr * (1.0 / factor) if t == total else lr

    return update


def exponential(gamma: float) -> Update:
    return lambda lr, t: lr * gamma if t else lr


def linear(start: float, end: float, total: float) -> Update:
    change = end - start
    return lambda lr, t: lr * (1.0 + change / (total * start + (t - 1) * change)) if t else lr * start


def quadratic(total: float, base: float) -> Update:
    return lambda lr, t: (lr if t else 0.0) + base * (2 * t + 1) / total**2


def polynomial(eta_min: float, power: float, total: float) -> Update:
    return lambda lr, t: (lr - eta_min) * (1 - 1 / (total - t + 1)) ** power + eta_min if t else lr


def cosine(t_max: float, eta_min: float, base: float) -> Update:
    cos, pi, period = math.cos, math.pi, 2 * t_max
    turn = (base - eta_min) * (1 - cos(pi / t_max)) / 2

    def update(lr: float, t: int) -> float:
        if t == 0:
            return lr
        if (t - 1 - t_max) % period == 0:
            return lr + turn
        return (1 + cos(pi * t / t_max)) / (1 + cos(pi * (t - 1) / t_max)) * (lr - eta_min) + eta_min

    return update


def cosine_restart(periods: Sequence[float], weights: Sequence[float], eta_min: float, base: float) -> Update:
    ends = list(accumulate(periods))
    cos, pi = math.cos, math.pi
    count = len(ends)

    def update(lr: float, t: int) -> float:
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

    def update(lr: float, t: int) -> float:
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


def events_of(entry: Entry) -> CurveMarks:
    """The steps of an entry's clock at which something happens."""
    begin, end = entry.begin, entry.end
    if begin > 0:
        yield begin, ""
    if entry.kind == "MultiStepLR":
        for at in sorted(set(entry["milestones"])):
            if begin + at < end:
                yield begin + at, f"milestone x{entry['gamma']:g}"
    if entry.kind == "CosineRestartLR":
        at = begin
        for period in entry["periods"]:
            if at > begin:
                yield at, "restart"
            at += period
    if entry.kind == "QuadraticWarmupLR":
        yield end - 1, "warmup ends"
    if entry.kind in ("LinearLR", "ConstantLR") and end < INF and begin + 1 < end:
        warmup = entry["start_factor"] < entry["end_factor"] if entry.kind == "LinearLR" else entry["factor"] < 1
        yield end - 1, "warmup ends" if warmup else ""
    if end < INF:
        yield end, ""


def notes_of(entry: Entry) -> Iterator[Problem]:
    """What mmengine makes of an entry without a word."""
    steps = entry.end - entry.begin
    if entry.kind == "LinearLR" and steps == 1:
        what = f"a LinearLR of one step stays at {entry['start_factor']:g} times the rate for ever"
        yield Problem("one-step", what, "end_factor would come at its second step")
    if entry.kind == "ConstantLR" and (steps == 1 or entry.end == INF) and entry["factor"] != 1:
        why = "its factor is taken back at its last step but the first"
        yield Problem("not-restored", f"ConstantLR keeps {entry['factor']:.3g} times the rate for ever", why)
    whole = entry.kind in ("LinearLR", "PolyLR") or (entry.kind == "CosineAnnealingLR" and not entry["T_max"])
    whole = whole or (entry.kind == "OneCycleLR" and entry["total_steps"] is None)
    if whole and entry.end == INF:
        why = "where a Runner builds the list, it is the length of the run: give end"
        yield Problem("no-end", f"{entry.kind} without an end takes 1e9 steps", why)
