"""The schedules of fvcore that a SOLVER can name are functions of `where`, the share of the run that is done."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence

from lrcli.frameworks.base import raised

Curve = Callable[[float], float]

EPSILON = 1e-6
"""What fvcore adds to `where` before it compares it: above a million iterations, a milestone comes early."""


def cosine(end: float) -> Curve:
    """Half a cosine from 1 to `end`."""
    return lambda where: end + 0.5 * (1 - end) * (1 + math.cos(math.pi * where))


def multi_step(gamma: float, milestones: Sequence[float], updates: float) -> Curve:
    """A power of gamma for each milestone."""
    values = [gamma**k for k in range(len(milestones) + 1)]

    def value(where: float) -> float:
        if where > 1.0:
            raise raised("detectron2", "RuntimeError", "where in ParamScheduler must be in [0, 1]")
        return values[bisect_right(milestones, int((where + EPSILON) * updates))]

    return value


def fixed_gamma(gamma: float, decays: int) -> Curve:
    """Equal parts, each gamma times the one before; the end of the run is past the last one."""
    values = [1.0]
    for _ in range(decays):
        values.append(values[-1] * gamma)

    def value(where: float) -> float:
        part = int((where + EPSILON) * len(values))
        if part >= len(values):
            raise raised("detectron2", "IndexError", "the schedule has no value at the end of the run")
        return values[part]

    return value


def warmed_up(curve: Curve, factor: float, length: float, method: str, rescale: bool) -> Curve:
    """A curve after a warmup of this share of the run, from `factor` times its start to where it goes on."""
    end = curve(0.0) if rescale else curve(length)
    start = factor * curve(0.0)
    rest = 1.0 - length
    begin = length + rest - rest

    def value(where: float) -> float:
        if where + EPSILON > length:
            return curve((where - begin) / rest if rescale else where)
        if method == "constant":
            return start
        done = where / length
        return end * done + start * (1 - done)

    return value


def first_at(reached: Callable[[int], bool], near: float) -> int:
    """The first iteration that reaches something, which is at `near` or a little before it."""
    t = max(0, math.floor(near) - 2)
    while not reached(t):
        t += 1
    return t
