"""An explanation as a value: a source, a clock and a factor, and the causes that they stand for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lrcli.infer.explain.clocks import Clock, Straight
from lrcli.infer.explain.sources import Source

STRAIGHT = Straight()


@dataclass(frozen=True)
class Part:
    """One cause with its parameters: `key` names the entry of the knowledge base, `form` says it in a formula.

    cost: what it takes to believe it. params: how many numbers were taken from the log.
    """

    key: str
    form: str
    cost: float
    params: int = 1
    detail: str = ""


@dataclass(frozen=True)
class Hypothesis:
    """What the log would hold if these causes, and no others, were at work.

    predicted(t) = factor * source(clock(t)), the factor from position `factor_from` on.
    """

    source: Source
    clock: Clock = STRAIGHT
    factor: float = 1.0
    factor_from: int = 0
    parts: tuple[Part, ...] = ()

    def at(self, positions: Sequence[int]) -> list[float]:
        """The predicted learning rate at each position."""
        values = self.source.at(self.clock.times(positions))
        if self.factor == 1.0:
            return values
        c, begin = self.factor, self.factor_from
        if begin <= 0:
            return [c * value for value in values]
        return [c * value if t >= begin else value for t, value in zip(positions, values, strict=True)]

    @property
    def cost(self) -> float:
        """How much it takes to believe it: each further cause costs extra."""
        return sum(part.cost for part in self.parts) + 1.5 * max(len(self.parts) - 1, 0)

    @property
    def params(self) -> int:
        """How many numbers were taken from the log."""
        return sum(part.params for part in self.parts)

    @property
    def key(self) -> str:
        """The first cause's name."""
        return self.parts[0].key if self.parts else ""


def simplest(low: float, high: float) -> float:
    """The simplest number from low to high: few digits, a fraction, a root of two; else the middle.

    >>> simplest(1.99999, 2.00001), simplest(0.33333333, 0.33333334), simplest(0.707106, 0.707108)
    (2.0, 0.3333333333333333, 0.7071067811865476)
    """
    middle = (low + high) / 2
    if not math.isfinite(middle) or low == high:
        return middle
    for digits in range(1, 4):
        short = float(f"{middle:.{digits}g}")
        if low <= short <= high:
            return short
    if abs(middle) < 1e6:
        share = Fraction(middle).limit_denominator(1024)
        if share and low <= float(share) <= high and share.denominator * abs(share.numerator) < 100_000:
            return float(share)
    square = Fraction(middle * middle).limit_denominator(64)
    root = math.copysign(math.sqrt(square), middle) if square > 0 else 0.0
    if low <= root <= high:
        return root
    for digits in range(4, 17):
        short = float(f"{middle:.{digits}g}")
        if low <= short <= high:
            return short
    return middle


def is_round(value: float) -> bool:
    """Whether a factor is one that people choose: a power of 2 or its root, of 10, or a small whole number.

    >>> is_round(8.0), is_round(0.1), is_round(2**0.5), is_round(0.8123)
    (True, True, True, False)
    """
    if value <= 0 or not math.isfinite(value):
        return False
    for log in (2 * math.log2(value), math.log10(value)):
        if abs(log - round(log)) < 1e-6:
            return True
    return any(abs(x - round(x)) < 1e-9 and round(x) <= 64 for x in (value, 1 / value))
