"""Least squares without numpy: amplitudes, in which a learning rate is linear, and one number in which it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from operator import mul

from lrcli.infer.effort import spend

Columns = Sequence[Sequence[float]]


def least_squares(columns: Columns, target: Sequence[float], weights: Sequence[float]) -> list[float] | None:
    """The factors of the columns whose sum is nearest to the target; None where the columns depend on each other.

    >>> least_squares([[1, 1, 1, 1], [-1, 1, -1, 1]], [1, 3, 1, 3], [1, 1, 1, 1])
    [2.0, 1.0]
    """
    projected = _projected(columns, target, weights)
    if projected is None:
        return None
    triangle, along, _ = projected
    n = len(columns)
    factors = [0.0] * n
    for i in reversed(range(n)):
        factors[i] = (along[i] - sum(triangle[i][k] * factors[k] for k in range(i + 1, n))) / triangle[i][i]
    return factors


def _projected(
    columns: Columns, target: Sequence[float], weights: Sequence[float]
) -> tuple[list[list[float]], list[float], list[float]] | None:
    """(the triangle of the columns, the target along each, what is left of it), all weighted.

    Modified Gram-Schmidt, so that nothing is squared that need not be.
    """
    n = len(columns)
    spend(n * len(target))
    q = [list(map(mul, column, weights)) for column in columns]
    rest = list(map(mul, target, weights))
    triangle = [[0.0] * n for _ in range(n)]
    along = [0.0] * n
    for i in range(n):
        before = sum(map(mul, q[i], q[i]))
        for k in range(i):
            r = sum(map(mul, q[k], q[i]))
            triangle[k][i] = r
            q[i] = [b - r * a for a, b in zip(q[k], q[i], strict=True)]
        norm = sum(map(mul, q[i], q[i])) ** 0.5
        if not norm > 1e-14 * before**0.5:
            return None
        triangle[i][i] = norm
        q[i] = [v / norm for v in q[i]]
        along[i] = sum(map(mul, q[i], rest))
        rest = [b - along[i] * a for a, b in zip(q[i], rest, strict=True)]
    return triangle, along, rest


def remainder(columns: Columns, target: Sequence[float], factors: Sequence[float]) -> list[float]:
    """What the columns, each times its factor, leave of the target."""
    rest = list(target)
    for column, factor in zip(columns, factors, strict=True):
        rest = [r - factor * c for r, c in zip(rest, column, strict=True)]
    return rest


def amplitudes(columns: Columns, target: Sequence[float], weights: Sequence[float]) -> list[float] | None:
    """The same as least_squares, to the last bits: what rounding left of the target is fitted once more."""
    factors = least_squares(columns, target, weights)
    if factors is None:
        return None
    more = least_squares(columns, remainder(columns, target, factors), weights)
    return factors if more is None else [a + b for a, b in zip(factors, more, strict=True)]


def misfit(columns: Columns, target: Sequence[float], weights: Sequence[float]) -> float:
    """The sum of the squares that the best factors leave; infinite where there are none."""
    projected = _projected(columns, target, weights)
    return math.inf if projected is None else sum(r * r for r in projected[2])


def crossing(gap: Callable[[float], float], low: float, high: float, near: float = 1e-15) -> float:
    """Where a gap is 0 between two places, to this share of them; NaN where it has the same sign at both.

    Regula falsi with halved weights (the Illinois algorithm), and a bisection now and then.

    >>> round(crossing(lambda x: x * x - 2, 0.0, 4.0), 12)
    1.414213562373
    """
    at_low, at_high = gap(low), gap(high)
    if not at_low or not at_high:
        return high if at_low else low
    if (at_low < 0) == (at_high < 0):
        return math.nan
    side = 0
    for k in range(100):
        middle = (low + high) / 2 if k % 4 == 3 else (low * at_high - high * at_low) / (at_high - at_low)
        if not low < middle < high:
            middle = (low + high) / 2
        here = gap(middle)
        if here == 0 or high - low <= near * max(abs(low), abs(high)):
            return middle
        if (here < 0) == (at_low < 0):
            low, at_low, at_high = middle, here, at_high / 2 if side < 0 else at_high
            side = -1
        else:
            high, at_high, at_low = middle, here, at_low / 2 if side > 0 else at_low
            side = 1
    return (low + high) / 2


def polished(
    columns: Callable[..., Columns], numbers: Sequence[float], target: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """The numbers near these of which the columns fit the target best, by Gauss-Newton steps."""
    near = list(numbers)
    for _ in range(8):
        here = columns(*near)
        factors = least_squares(here, target, weights)
        if factors is None:
            return near
        slopes = []
        for i, number in enumerate(near):
            h = 1e-5 * number
            slope = [0.0] * len(target)
            less, more = (columns(*near[:i], number + by, *near[i + 1 :]) for by in (-h, h))
            for factor, left, right in zip(factors, less, more, strict=True):
                slope = [s + factor * (b - a) / 2e-5 for s, a, b in zip(slope, left, right, strict=True)]
            slopes.append(slope)
        shares = least_squares([*here, *slopes], remainder(here, target, factors), weights)
        if shares is None or not all(-0.5 < share < 1 for share in shares[-len(near) :]):
            return near
        near = [number * (1 + share) for number, share in zip(near, shares[-len(near) :], strict=True)]
        if max(map(abs, shares[-len(near) :])) < 1e-15:
            return near
    return near
