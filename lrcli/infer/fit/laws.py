"""What a stretch of a curve can be: laws with real-valued parameters, and how each is estimated from rows.

A law is not yet a schedule: it knows nothing of warmup, of where the run began, or of round numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import Columns, amplitudes, golden, misfit
from lrcli.infer.fit.wave import Wave, wave_of
from lrcli.infer.limits import FITTED_POWER
from lrcli.infer.usual import DECAY_POWERS, INVERSE_POWERS


@dataclass(frozen=True)
class Level:
    """y = value, which is between low and high."""

    low: float
    high: float

    def __call__(self, p: float) -> float:
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class Slope:
    """y = value + slope * (p - at)."""

    at: float
    value: float
    slope: float

    def __call__(self, p: float) -> float:
        return self.value + self.slope * (p - self.at)

    @property
    def end(self) -> float:
        """The position at which it would be 0."""
        return self.place(0.0)

    def place(self, value: float) -> float:
        """The position at which it has a value."""
        return self.at + (value - self.value) / self.slope

    def meeting(self, other: Slope) -> float:
        """The position at which it meets another line."""
        return (other(0) - self(0)) / (self.slope - other.slope)


@dataclass(frozen=True)
class Decay:
    """y = exp(line of p)."""

    line: Slope

    def __call__(self, p: float) -> float:
        return math.exp(min(self.line(p), 700.0))


@dataclass(frozen=True)
class Power:
    """y = floor + factor * |p - end| ** power: a polynomial that falls until `end`, or what falls from there on.

    That is an inverse, whose power is below 0, or a root, whose factor is.
    """

    end: float
    power: float
    factor: float
    floor: float = 0.0

    def __call__(self, p: float) -> float:
        left = self.end - p if self.power > 0 < self.factor else p - self.end
        raised: float = max(left, 1e-9 if self.power < 0 else 0.0) ** self.power
        return self.floor + self.factor * raised

    def place(self, value: float) -> float:
        """The position at which an inverse has a value."""
        left: float = (value / self.factor) ** (1 / self.power)
        return self.end + left


Law = Level | Slope | Decay | Power | Wave


def level_of(rows: FitRows) -> Level | None:
    """The level of these rows."""
    low = max(y - tol for y, tol in zip(rows.values, rows.slack, strict=True))
    high = min(y + tol for y, tol in zip(rows.values, rows.slack, strict=True))
    # what is one value is written as one, however few digits
    flat = max(rows.values) - min(rows.values) <= max(1e-8 * max(rows.values), 1e-12 * rows.peak)
    return Level(low, high) if flat and low <= high else None


def line_of(rows: FitRows) -> Slope | None:
    """The line through these rows."""
    if rows.at[0] == rows.at[-1]:
        return None
    at = (rows.at[0] + rows.at[-1]) / 2
    half = (rows.at[-1] - rows.at[0]) / 2
    factors = amplitudes([[1.0] * len(rows), [(p - at) / half for p in rows.at]], rows.values, rows.weights)
    return None if factors is None or factors[1] == 0 else Slope(at, factors[0], factors[1] / half)


def decay_of(rows: FitRows) -> Decay | None:
    """The exponential of these rows, whose logarithms are a line."""
    if min(rows.values) <= 0:
        return None
    noise = [tol / y for y, tol in zip(rows.values, rows.slack, strict=True)]
    line = line_of(replace(rows, values=[math.log(y) for y in rows.values], slack=noise))
    return None if line is None else Decay(line)


def power_of(rows: FitRows) -> Power | None:
    """The power of these rows: any power without a floor, or one of the usual ones with it."""
    if len(rows) < 5 or rows.at[0] == rows.at[-1] or not rows.values[0] > rows.values[-1] or min(rows.values) < 0:
        return None
    rows = rows.pick(spread(len(rows), FITTED_POWER, 8))
    if any(b > a + tol for a, b, tol in zip(rows.values, rows.values[1:], rows.slack, strict=False)):
        return None
    probe = rows.pick(spread(len(rows), 12, 3))  # most powers are ruled out by a few rows
    for try_power in (straight, _with_floor):
        for power in DECAY_POWERS:
            law = try_power(probe, power)
            if law is None or not probe.holds(law, 3.0):
                continue
            law = try_power(rows, power)
            if law is not None and rows.holds(law, 2.0):
                return law
    law = _of_any_power(rows)
    return law if law is not None and rows.holds(law, 2.0) else None


def straight(rows: FitRows, power: float) -> Power | None:
    """The law of this power without a floor: y ** (1 / power) is a line that rises from `end`, or falls to it."""
    seen = [i for i, y in enumerate(rows.values) if y > 0]
    if len(seen) < 3 or (power < 0 and len(seen) < len(rows)):
        return None
    rows = rows.pick(seen) if len(seen) < len(rows) else rows
    bent = [y ** (1 / power) for y in rows.values]
    noise = [z * tol / (abs(power) * y) for z, y, tol in zip(bent, rows.values, rows.slack, strict=True)]
    line = line_of(replace(rows, values=bent, slack=noise))
    if line is None or line.slope * power > 0 or (power < 0 and line.end >= rows.at[0]):
        return None
    near = round(line.end)
    end = float(near) if abs(near - line.end) < 1e-6 * abs(line.end - rows.at[0]) else line.end
    return Power(end, power, abs(line.slope) ** power)


def _of_any_power(rows: FitRows) -> Power | None:
    """The law of whatever power fits best without a floor."""

    def gap(power: float) -> float:
        law = straight(rows, power)
        if law is None:
            return math.inf
        return sum(((law(p) - y) / tol) ** 2 for p, y, tol in zip(rows.at, rows.values, rows.slack, strict=True))

    power = golden(gap, 0.1, 10.0, 40)
    return straight(rows, float(f"{power:.4g}")) or straight(rows, power)


def _with_floor(rows: FitRows, power: float) -> Power | None:
    """The law of this power with a floor."""
    first, last = rows.at[0], rows.at[-1]

    def curve(p: float, distance: float) -> float:
        raised: float = max((last + distance - p) / (last - first), 0.0) ** power
        return raised

    solved = _bent(rows, curve, 100.0 * (last - first))
    if solved is None:
        return None
    distance, floor, height = solved
    return Power(last + distance, power, height / (last - first) ** power, floor)


def _bent(rows: FitRows, curve: Callable[[float, float], float], most: float) -> tuple[float, float, float] | None:
    """(number up to `most`, floor, height) with which floor + height * curve(p, number) is nearest to falling rows."""
    ones, first, middle, last = [1.0] * len(rows), rows.at[0], rows.at[len(rows) // 2], rows.at[-1]
    fallen, left = rows.values[0] - rows.values[len(rows) // 2], rows.values[len(rows) // 2] - rows.values[-1]
    if left <= 0:
        return None

    def columns(number: float) -> Columns:
        return [ones, [curve(p, number) for p in rows.at]]

    def gap(number: float) -> float:
        return misfit(columns(number), rows.values, rows.weights)

    def bent(number: float) -> float:  # at the middle row, more than the rows are
        a, b, c = (curve(p, number) for p in (first, middle, last))
        return left * (a - b) - fallen * (b - c)

    low, high = 0.0, most
    if bent(low) * bent(high) > 0:
        if abs(bent(low)) >= abs(bent(high)):
            return None
        high = 0.0
    for _ in range(50 if high else 0):
        between = math.sqrt(low * high) if low else high / 1000
        if bent(between) * bent(high) > 0:
            high = between
        else:
            low = between
    rough = amplitudes(columns(high), rows.values, rows.weights)
    slack = 2e-3 * (rows.values[0] - rows.values[-1])
    if rough is None or not rows.holds(lambda p: rough[0] + rough[1] * curve(p, high), 50, slack):
        return None
    around = 0.5 * high + 0.02 * (last - first)  # noise of the three rows
    number = golden(gap, max(high - around, 0.0), high + around, 40)
    whole = float(round(number))
    number = whole if gap(whole) < 4 * gap(number) + 1e-3 else number
    factors = amplitudes(columns(number), rows.values, rows.weights)
    return None if factors is None else (number, factors[0], factors[1])


def inverse_of(rows: FitRows) -> Power | None:
    """The inverse power of time of these rows."""
    if min(rows.values) <= 0 or not rows.values[0] > rows.values[-1]:
        return None
    probe = rows.pick(spread(len(rows), 9, 2))
    for power in INVERSE_POWERS:
        guess = straight(probe, -power)
        law = straight(rows, -power) if guess is not None and probe.holds(guess, 3.0) else None
        if law is not None and rows.holds(law, 3.0):
            return law
    return None


def inverse_root_of(rows: FitRows) -> Power | None:
    """The inverse square root of the step itself, of which fewer rows are enough, counted from step 0 or 1."""
    for origin in (0, 1, -1):
        span = rows.scale(lambda p, origin=origin: max(p - origin, 1) ** -0.5)  # type: ignore[misc]
        if span is not None and rows.values[0] > rows.values[-1]:
            return Power(origin, -0.5, sum(span) / 2)
    return None


def square_root_of(rows: FitRows) -> Power | None:
    """The root of these rows: it falls ever more slowly, and begins at or before the first of them."""
    first, n = rows.at[0], len(rows)
    if n < 4 or not rows.values[0] - rows.values[n // 2] > rows.values[n // 2] - rows.values[-1] > 0:
        return None
    rows = rows.pick(spread(n, 40, 6))
    solved = _bent(rows, lambda p, before: -math.sqrt(max(p - first + before, 0.0)), 4.0 * (rows.at[-1] - first))
    if solved is None or solved[2] <= 0 or solved[0] % 1:
        return None
    return Power(first - round(solved[0]), 0.5, -solved[2], solved[1])


class LawKind(NamedTuple):
    """How many numbers a kind of law has, how it is estimated from rows, and whether no row is above the one before.

    patience: so often a longer stretch is tried after one that is no such law: few rows of a curve are hard to fit.
    """

    parameters: int
    estimate: Callable[[FitRows], Law | None]
    falls: bool = False
    patience: int = 7


LAWS = (
    LawKind(1, level_of, patience=1),
    LawKind(2, line_of, patience=1),
    LawKind(2, decay_of),
    LawKind(2, inverse_root_of, falls=True),
    LawKind(3, inverse_of, falls=True),
    LawKind(4, wave_of),
    LawKind(4, power_of, falls=True),
    LawKind(3, square_root_of, falls=True),
)
"""The simplest first."""
