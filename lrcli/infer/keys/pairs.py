"""Values of some keys at once, near enough to the wanted learning rates to tell: damped least squares."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lrcli.infer.keys.key import Key
from lrcli.infer.limits import (
    DAMPING,
    HOPEFUL,
    LEAST_DAMPING,
    MOST_DAMPING,
    NEAR,
    NO_NUMBER,
    SAME_LINE,
    SMALL_CHANGE,
    SMALL_RATE,
    SQUARES_ROUNDS,
    STANDSTILL,
    WHOLE_CHANGE,
)
from lrcli.infer.rows import Rows

RatesOfValues = Callable[[Sequence[float]], "Sequence[float] | None"]
"""The learning rates with these values of the keys; None where the spec has no such values."""

Gaps = Callable[[Sequence[float]], "list[float] | None"]


def near_values(keys: Sequence[Key], rates: RatesOfValues, wanted: Rows) -> list[float] | None:
    """The values of a key, or of two, that give about the wanted learning rates, found from where they are."""
    peak = max(map(abs, wanted.values), default=0.0)
    if not peak:  # a gap is no share of a learning rate of 0
        return None
    weights = [1 / max(abs(value), SMALL_RATE * peak, NO_NUMBER) for value in wanted.values]

    def gaps(at: Sequence[float]) -> list[float] | None:
        lrs = rates(at)
        if lrs is None or any(lr != lr for lr in lrs):
            return None
        return [(lr - value) * weight for lr, value, weight in zip(lrs, wanted.values, weights, strict=True)]

    first = gaps([key.number for key in keys])
    if first is None:
        return None
    hopeless = _dot(first, first) / 4
    at, error = descended(keys, gaps, peak, hopeless)
    return at if math.sqrt(error / (4 * hopeless or 1.0)) < NEAR else None


def descended(
    keys: Sequence[Key],
    gaps: Gaps,
    peak: float,
    hopeless: float = math.inf,
    enough: float | None = None,
    rounds: int = SQUARES_ROUNDS,
) -> tuple[list[float], float]:
    """(values of the keys with which the gaps are least, from where they are, the sum of the squares of these gaps).

    It ends early where the squares are not below a hopeless sum after some steps, or where little enough is left.
    """
    at = [key.number for key in keys]
    now = gaps(at)
    if now is None:
        return at, math.inf
    first = error = _dot(now, now)
    damping = DAMPING
    for tried in range(rounds):
        slopes = [_slope(key, at, i, now, gaps, peak) for i, key in enumerate(keys)]
        reached = [slope for slope in slopes if slope is not None]
        if len(reached) < len(keys) or (tried == HOPEFUL and error > hopeless):
            return at, math.inf
        moved = False
        while damping < MOST_DAMPING and not moved:
            steps = _steps([changes for _, changes in reached], now, damping)
            if steps is None:
                return at, math.inf
            there = [_moved(*each) for each in zip(keys, at, steps, (unit for unit, _ in reached), strict=True)]
            then = gaps(there)
            smaller = math.inf if then is None else _dot(then, then)
            moved = smaller < error
            damping = max(damping / 10, LEAST_DAMPING) if moved else damping * 10
        if not moved or then is None:
            break
        slow, at, now, error = smaller > (1 - STANDSTILL) * error, there, then, smaller
        if slow or error < (SAME_LINE * first if enough is None else enough):
            break
    return at, error


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def _slope(
    key: Key, at: Sequence[float], i: int, now: list[float], gaps: Gaps, peak: float
) -> tuple[float, list[float]] | None:
    """(how far one key is moved, what the rows change by then): further where a small change of it is none."""
    value = at[i]
    small = (
        max(1.0, float(round(abs(value) * WHOLE_CHANGE)))
        if key.kind == "whole"
        else (abs(value) or peak) * SMALL_CHANGE
    )
    for unit in (small, abs(value) * 0.05, peak * SMALL_CHANGE, -small):
        moved = gaps([*at[:i], value + unit, *at[i + 1 :]])
        if moved is not None and moved != now:
            return unit, [b - a for a, b in zip(now, moved, strict=True)]
    return None


def _steps(slopes: Sequence[list[float]], gaps: list[float], damping: float) -> list[float] | None:
    """How many units to move each key: the normal equations, solved by elimination."""
    table = [[*(_dot(a, b) for b in slopes), -_dot(a, gaps)] for a in slopes]
    for i, row in enumerate(table):
        row[i] *= 1 + damping
    sizes = [row[i] for i, row in enumerate(table)]
    for i, row in enumerate(table):
        if not row[i] > SAME_LINE * sizes[i]:
            return None
        for other in table[:i] + table[i + 1 :]:
            share = other[i] / row[i]
            other[:] = [a - share * b for a, b in zip(other, row, strict=True)]
    return [row[-1] / row[i] for i, row in enumerate(table)]


def _moved(key: Key, value: float, steps: float, unit: float) -> float:
    """The value so many units further, within its bounds, and not more than ten times as large or as small at once."""
    there = value + steps * unit
    if value > 0:
        there = min(max(there, value / 10), value * 10)
    if key.at_least is not None:
        there = max(there, key.at_least)
    return float(round(there)) if key.kind == "whole" else there
