"""Least squares of a few unknowns, without numpy."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.infer.effort import spend


def least_squares(
    columns: Sequence[Sequence[float]], target: Sequence[float], weights: Sequence[float]
) -> list[float] | None:
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
    found = [0.0] * n
    for i in reversed(range(n)):
        found[i] = (along[i] - sum(triangle[i][k] * found[k] for k in range(i + 1, n))) / triangle[i][i]
    return found
