"""A stretch of a polynomial decay."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import least_squares

POWERS = (0.9, 2.0, 0.5, 3.0, 1.5, 0.8, 4.0, 0.75, 1.2, 2.5, 0.6, 0.7, 0.95, 1.1, 5.0, 1.3, 1.4, 1.6, 1.8, 0.4, 0.3)
"""What people write."""

_FITTED = 48


@dataclass(frozen=True)
class Power:
    """y = floor + factor * (end - p) ** power."""

    parameters: ClassVar[int] = 4
    end: float
    power: float
    factor: float
    floor: float

    def __call__(self, p: float) -> float:
        left: float = max(self.end - p, 0.0) ** self.power
        return self.floor + self.factor * left

    @classmethod
    def fit(cls, rows: FitRows) -> Power | None:
        """The law of these rows: any power without a floor, or one of the usual ones with it."""
        if len(rows) < 5 or rows.p[0] == rows.p[-1] or not rows.y[0] > rows.y[-1] or min(rows.y) < 0:
            return None
        if len(rows) > _FITTED:
            rows = rows.pick(spread(len(rows), _FITTED, 8))
        if any(b > a + tol for a, b, tol in zip(rows.y, rows.y[1:], rows.tol, strict=False)):
            return None
        free = _free_power(rows)
        if free is not None and rows.holds(free, 2.0):
            return free
        probe = rows.pick(spread(len(rows), 12, 3))  # most powers are ruled out by a few rows
        for power in POWERS:
            found = _fixed_power(probe, power)
            if found is None or not probe.holds(found, 3.0):
                continue
            found = _fixed_power(rows, power)
            if found is not None and rows.holds(found, 2.0):
                return found
        return None


def _ends(rows: FitRows) -> list[float]:
    """Distances of the end from the last row, in a grid of logarithms."""
    span = rows.p[-1] - rows.p[0]
    return [span * 10 ** (-4 + k / 4) for k in range(25)]


def _free_power(rows: FitRows) -> Power | None:
    if rows.y[-1] == 0:
        inner = [i for i, y in enumerate(rows.y) if y > 0]
        if len(inner) < 3:
            return None
        first_zero = rows.p[inner[-1] + 1]
        return _powers_of(rows.pick(inner), float(first_zero))
    found: tuple[float, Power] | None = None
    last = rows.p[-1]

    def at(distance: float) -> tuple[float, Power | None]:
        law = _powers_of(rows, last + distance)
        return (math.inf, None) if law is None else (_misfit(rows, law), law)

    grid = _ends(rows)
    scored = [at(d)[0] for d in grid]
    k = min(range(len(grid)), key=scored.__getitem__)
    distance = _golden(lambda d: at(d)[0], grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)])
    near = round(last + distance)
    for end in (near, last + distance):
        if end > last:
            score, law = at(end - last)
            if law is not None and (found is None or score < found[0] * 0.25):
                found = (score, law)
    return None if found is None else found[1]


def _powers_of(rows: FitRows, end: float) -> Power | None:
    columns = [[1.0] * len(rows), [math.log(end - p) for p in rows.p]]
    weights = [y / tol for y, tol in zip(rows.y, rows.tol, strict=True)]
    found = least_squares(columns, [math.log(y) for y in rows.y], weights)
    if found is None or not 0.05 < found[1] < 20:
        return None
    return Power(end, found[1], math.exp(found[0]), 0.0)


def _fixed_power(rows: FitRows, power: float) -> Power | None:
    last = rows.p[-1]

    def at(distance: float) -> tuple[float, Power | None]:
        end = last + distance
        columns = [[1.0] * len(rows), [((end - p) / (end - rows.p[0])) ** power for p in rows.p]]
        found = least_squares(columns, rows.y, [1 / tol for tol in rows.tol])
        if found is None:
            return math.inf, None
        law = Power(end, power, found[1] / (end - rows.p[0]) ** power, found[0])
        return _misfit(rows, law), law

    near = _distance(rows, power)
    if near is None:
        return None
    best = at(near)
    slack = 2e-3 * (rows.y[0] - rows.y[-1])
    law = best[1]
    if law is None or any(
        abs(law(p) - y) > slack + 50 * tol for p, y, tol in zip(rows.p, rows.y, rows.tol, strict=True)
    ):
        return None
    around = 0.5 * near + 0.02 * (last - rows.p[0])  # noise of the three rows
    best = at(_golden(lambda d: at(d)[0], max(near - around, 0.0), near + around))
    whole = at(max(0, round(best[1].end if best[1] else last) - last))
    return whole[1] if whole[0] < 4 * best[0] + 1e-3 else best[1]


def _distance(rows: FitRows, power: float) -> float | None:
    """How far behind the last row the end is, by how far the curve has bent at the middle row."""
    first, middle, last = rows.p[0], rows.p[len(rows) // 2], rows.p[-1]
    fallen, left = rows.y[0] - rows.y[len(rows) // 2], rows.y[len(rows) // 2] - rows.y[-1]
    if left <= 0:
        return None

    def bent(distance: float) -> float:
        a, b, c = ((last + distance - p) ** power for p in (first, middle, last))
        return float(left * (a - b) - fallen * (b - c))

    low, high = 0.0, 100.0 * (last - first)
    if bent(low) * bent(high) > 0:
        return 0.0 if abs(bent(low)) < abs(bent(high)) else None
    for _ in range(50):
        between = math.sqrt(low * high) if low else high / 1000
        if bent(between) * bent(high) > 0:
            high = between
        else:
            low = between
    return high


def _misfit(rows: FitRows, law: Power) -> float:
    return sum(((law(p) - y) / tol) ** 2 for p, y, tol in zip(rows.p, rows.y, rows.tol, strict=True))


def _golden(measure: Callable[[float], float], low: float, high: float) -> float:
    """Where the measure is smallest, if it has one minimum between low and high."""
    for _ in range(40):
        a, b = low + 0.382 * (high - low), low + 0.618 * (high - low)
        if measure(a) < measure(b):
            high = b
        else:
            low = a
    return (low + high) / 2
