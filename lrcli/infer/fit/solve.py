"""Least squares without numpy: amplitudes, in which a learning rate is linear, and one number in which it is not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from lrcli.infer.effort import spend

Columns = Sequence[Sequence[float]]


def least_squares(columns: Columns, target: Sequence[float], weights: Sequence[float]) -> list[float] | None:
    """The factors of the columns whose sum is nearest to the target; None where the columns depend on each other.

    Modified Gram-Schmidt, so that nothing is squared that need not be.

    >>> least_squares([[1, 1, 1, 1], [-1, 1, -1, 1]], [1, 3, 1, 3], [1, 1, 1, 1])
    [2.0, 1.0]
    """
    n = len(columns)
    spend(n * len(target))
    q = [[c * w for c, w in zip(column, weights, strict=True)] for column in columns]
    rest = [t * w for t, w in zip(target, weights, strict=True)]
    triangle = [[0.0] * n for _ in range(n)]
    along = [0.0] * n
    for i in range(n):
        before = sum(v * v for v in q[i])
        for k in range(i):
            r = sum(a * b for a, b in zip(q[k], q[i], strict=True))
            triangle[k][i] = r
            q[i] = [b - r * a for a, b in zip(q[k], q[i], strict=True)]
        norm = sum(v * v for v in q[i]) ** 0.5
        if not norm > 1e-14 * before**0.5:
            return None
        triangle[i][i] = norm
        q[i] = [v / norm for v in q[i]]
        along[i] = sum(a * b for a, b in zip(q[i], rest, strict=True))
        rest = [b - along[i] * a for a, b in zip(q[i], rest, strict=True)]
    factors = [0.0] * n
    for i in reversed(range(n)):
        factors[i] = (along[i] - sum(triangle[i][k] * factors[k] for k in range(i + 1, n))) / triangle[i][i]
    return factors


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
    factors = least_squares(columns, target, weights)
    if factors is None:
        return math.inf
    return sum((r * w) ** 2 for r, w in zip(remainder(columns, target, factors), weights, strict=True))


def golden(measure: Callable[[float], float], low: float, high: float, rounds: int) -> float:
    """Where a measure with one minimum between low and high is smallest."""
    for _ in range(rounds):
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if measure(a) < measure(b):
            high = b
        else:
            low = a
    return (low + high) / 2


def polished(
    columns: Callable[[float], Columns], near: float, target: Sequence[float], weights: Sequence[float]
) -> float:
    """The number near `near` of which the columns fit the target best, by Gauss-Newton steps."""
    for _ in range(8):
        here = columns(near)
        factors = least_squares(here, target, weights)
        if factors is None:
            return near
        h = 1e-5 * near
        slope = [0.0] * len(target)
        for factor, left, right in zip(factors, columns(near - h), columns(near + h), strict=True):
            slope = [s + factor * (b - a) / (2 * h) for s, a, b in zip(slope, left, right, strict=True)]
        solved = least_squares([*here, slope], remainder(here, target, factors), weights)
        if solved is None or not 0.5 * near < near + solved[-1] < 2 * near:
            return near
        near += solved[-1]
        if abs(solved[-1]) < 1e-15 * near:
            return near
    return near
