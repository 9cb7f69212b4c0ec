"""What a stretch of a curve can be: a registered class of length 1, stretched, and how it is estimated from rows.

A law is not yet a schedule: it knows nothing of warmup, of where the run began, or of round numbers. A learning rate is
linear in its amplitudes, so that only the length of a law has to be sought.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.naming import curves, plain_schedule
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.solve import Columns, amplitudes, crossing, misfit, polished
from lrcli.infer.limits import FITTED_POWER, FITTED_WAVE, WIDEST_WAVE
from lrcli.infer.usual import DECAY_POWERS, INVERSE_POWERS
from lrcli.schedules.linear import Linear
from lrcli.values import dataclass

RateAt = Callable[[float], float]

Drop = tuple[int, int]
"""The learning rate falls behind the first position, at the latest at the second."""

_ENDLESS = Linear(start_factor=0.0, end_factor=2.0**60, total_iters=2.0**60)
"""A line of slope 1: at powers of two nothing is rounded."""


@dataclass(frozen=True)
class Law:
    """y = floor + height * unit((p - begin) / length), where the unit falls from 1 to 0 in one step.

    kind: as `Shape.decay`; of "restarts" it is the first cycle, with the `waves` of all, None of those that are not
    known. A length below 0 runs a power backwards: an inverse falls from the pole at its end, a root
    of negative height from 0 there. A "line" is one of slope 1 that does not end, and an
    "exponential" halves in its length. power: the exponent; of "steps" the factor at each of the `drops`; of "tanh" 0
    where its step 0 is a row at the top itself.
    """

    kind: str
    begin: float = 0.0
    length: float = 1.0
    power: float = 1.0
    floor: float = 0.0
    height: float = 1.0
    drops: tuple[Drop, ...] = ()
    waves: tuple[Law | None, ...] = ()

    @cached_property
    def rule(self) -> RateAt:
        """The unit, of a position in lengths."""
        return _unit(self.kind, self.power, tuple(by for _, by in self.drops))

    def __call__(self, p: float) -> float:
        try:
            return self.floor + self.height * self.rule((p - self.begin) / self.length)
        except (ZeroDivisionError, OverflowError):
            return math.inf  # at a pole, or before it

    @property
    def slope(self) -> float:
        """The change in a step of a line."""
        return self.height / self.length

    @property
    def end(self) -> float:
        """The position at which it is at its floor, or at its pole; of a line where it is 0."""
        return self.place(0.0) if self.kind == "line" else self.begin + self.length

    def place(self, value: float) -> float:
        """The position at which it has a value, between its beginning and its end; NaN where it has not."""
        share = (value - self.floor) / self.height
        if self.kind == "line":
            return self.begin + self.length * share
        if -1e-9 < share < 1 + 1e-9:
            share = min(max(share, 0.0), 1.0)
        at_end = self.begin + self.length
        return crossing(lambda p: self(p) - self.floor - self.height * share, *sorted((self.begin, at_end)))

    def meeting(self, other: Law) -> float:
        """The position at which a line meets another."""
        return (other(0) - self(0)) / (self.slope - other.slope)


@lru_cache(256)
def _unit(kind: str, power: float, milestones: tuple[int, ...]) -> RateAt:
    """The registered class behind a kind of law, for a learning rate and a length of 1."""
    if kind == "line":
        return _ENDLESS.rule(1.0)  # type: ignore[return-value]
    if kind == "tanh":  # of a framework, which has no fractions of a step: of so many that none is missed
        size = 2**40
        curve = next(curves(Shape("tanh", 1.0, end=size), FitRows([], [], []), 0))
        # a hyperbolic tangent is known between its ends; without a warmup its step 0 is at the top itself
        return lambda x: curve(min(max(int(size * x), 1), size - 1)) if x or power else 1.0
    kind = "cosine" if kind == "restarts" else kind
    backwards = {"inverse": -power, "root": 0.5}
    power = {"exponential": 0.5, **backwards}.get(kind, power)
    schedule = plain_schedule(
        Shape("power" if kind in backwards else kind, 1.0, end=1, power=power, milestones=milestones)
    )
    assert schedule is not None
    return schedule.rule(1.0)  # type: ignore[return-value]


def solved(rows: FitRows, law: Law, floor: bool = True) -> Law | None:
    """The law with the amplitudes with which it is nearest to the rows."""
    factors = amplitudes(_columns(rows, law, floor), rows.values, rows.weights)
    if factors is None or factors[-1] == 0:
        return None
    return replace(law, floor=factors[0] if floor else 0.0, height=factors[-1])


def _columns(rows: FitRows, law: Law, floor: bool) -> Columns:
    """The columns that a law is the sum of, each times an amplitude."""
    rule, begin, length = law.rule, law.begin, law.length
    column = [rule((p - begin) / length) for p in rows.at]
    return [[1.0] * len(column), column] if floor else [column]


def level_of(rows: FitRows) -> Law | None:
    """The level of these rows."""
    spans = [(y - tol, y + tol) for y, tol in zip(rows.values, rows.slack, strict=True)]
    low, high = max(low for low, _ in spans), min(high for _, high in spans)
    # what is one value is written as one, however few digits
    flat = max(rows.values) - min(rows.values) <= max(1e-8 * max(rows.values), 1e-12 * rows.peak)
    return Law("constant", height=(low + high) / 2) if flat and low <= high else None


def line_of(rows: FitRows) -> Law | None:
    """The line through these rows."""
    return solved(rows, Law("line", (rows.at[0] + rows.at[-1]) / 2)) if rows.at[0] < rows.at[-1] else None


def decay_of(rows: FitRows) -> Law | None:
    """The exponential of these rows."""
    first, last = rows.values[0], rows.values[-1]
    if min(rows.values) <= 0 or first == last:
        return None
    falling = Law("exponential", rows.at[0])
    return _stretched(rows, falling if first > last else Law("exponential", rows.at[-1], -1.0))


def power_of(rows: FitRows) -> Law | None:
    """The power of these rows: any power without a floor, or one of the usual ones with it."""
    if len(rows) < 5 or rows.at[0] == rows.at[-1] or not rows.values[0] > rows.values[-1] or min(rows.values) < 0:
        return None
    rows = rows.pick(spread(len(rows), FITTED_POWER, 8))
    if any(b > a + tol for a, b, tol in zip(rows.values, rows.values[1:], rows.slack, strict=False)):
        return None
    usual = [Law("power", rows.at[0], power=power) for power in DECAY_POWERS]
    return _first(rows, product(usual, (False, True))) or _of_any_power(rows, usual)


def _of_any_power(rows: FitRows, usual: Sequence[Law]) -> Law | None:
    """The law without a floor whose power is near the rows, whatever it is."""
    probe = rows.pick(spread(len(rows), 12, 3))
    guesses = [guess for law in usual if (guess := _guess(probe, law, False))]
    if not guesses:
        return None
    near = min(guesses, key=lambda law: misfit(_columns(probe, law, False), probe.values, probe.weights))

    def columns(length: float, power: float) -> Columns:
        return _columns(rows, replace(near, length=length, power=power), False)

    _, power = polished(columns, [near.length, near.power], rows.values, rows.weights)
    return _first(rows, ((replace(near, power=number), False) for number in (float(f"{power:.4g}"), power)))


def inverse_of(rows: FitRows) -> Law | None:
    """The inverse power of time of these rows."""
    if min(rows.values) <= 0 or not rows.values[0] > rows.values[-1]:
        return None
    return _first(rows, ((Law("inverse", rows.at[0], -1.0, power), False) for power in INVERSE_POWERS))


def _first(rows: FitRows, laws: Iterable[tuple[Law, bool]]) -> Law | None:
    """The first of these laws, each with or without a floor, that the rows have: most are ruled out by a few rows."""
    probe = rows.pick(spread(len(rows), 12, 3))
    for law, floor in laws:
        near = _stretched(probe, law, floor)
        near = _stretched(rows, law, floor) if near and probe.holds(near, 3.0) else None
        if near and rows.holds(near, 2.0):
            return near
    return None


def _stretched(rows: FitRows, law: Law, floor: bool = False) -> Law | None:
    """The law of the length with which it is nearest to the rows; None where it is far from them."""
    guess = _guess(rows, law, floor)
    rough = guess and solved(rows, guess, floor)
    if rough is None or not rows.holds(rough, 50, 2e-3 * abs(rows.values[0] - rows.values[-1])):
        return None

    def columns(length: float) -> Columns:
        return _columns(rows, replace(law, length=length), floor)

    def gap(length: float) -> float:
        return misfit(columns(length), rows.values, rows.weights)

    length = min(rough.length, *polished(columns, [rough.length], rows.values, rows.weights), key=gap)
    whole = round(law.begin + length) - law.begin
    if whole and law.kind != "exponential" and gap(whole) < 4 * gap(length) + 1e-3:
        length = whole
    return solved(rows, replace(law, length=length), floor)


def _guess(rows: FitRows, law: Law, floor: bool) -> Law | None:
    """The law of the length with which it goes through two rows, or through three if it has a floor."""
    last = max(i for i, y in enumerate(rows.values) if y > 0)
    few = [0, last // 2, last]
    if last < 2:
        return None
    places, (top, middle, low) = [rows.at[i] - law.begin for i in few], (rows.values[i] for i in few)
    rule, span = law.rule, max(map(abs, places))

    def length(log: float) -> float:
        return math.copysign(math.exp(log), law.length)

    def bent(log: float) -> float:  # by how much more than the rows, for rows of the law's height
        a, b, c = (rule(p / length(log)) for p in places)
        more = (middle - low) * (a - b) - (top - middle) * (b - c) if floor else low * a - top * c
        return more / (a - c if floor else a + c)

    # a polynomial and a root have to reach over all rows
    ends = math.log(span if law.kind in ("power", "root") else 1e-6 * span), math.log(1e6 * span)
    log = crossing(bent, *ends, 1e-9)
    if math.isnan(log):
        if abs(bent(ends[0])) >= abs(bent(ends[1])):
            return None
        log = ends[0]
    return replace(law, length=length(log))


def inverse_root_of(rows: FitRows) -> Law | None:
    """The inverse square root of the step itself, of which fewer rows are enough, counted from step 0 or 1."""
    for origin in (0, 1, -1):
        law = Law("inverse", origin + 1, -1.0, 0.5)
        span = rows.scale(lambda p, law=law: law(max(p, law.begin)))  # type: ignore[misc]
        if span is not None and rows.values[0] > rows.values[-1]:
            return replace(law, height=sum(span) / 2)
    return None


def square_root_of(rows: FitRows) -> Law | None:
    """The root of these rows: it falls ever more slowly, and begins at or before the first of them."""
    n = len(rows)
    if n < 4 or not rows.values[0] - rows.values[n // 2] > rows.values[n // 2] - rows.values[-1] > 0:
        return None
    rows = rows.pick(spread(n, 40, 6))
    law = _stretched(rows, Law("root", rows.at[-1], -1.0), floor=True)
    return law if law and law.height < 0 and round(law.end) == law.end <= rows.at[0] else None


def wave_of(rows: FitRows) -> Law | None:
    """The cosine of these rows: its half is sought; two of that half, a quarter of a wave apart, make any of them."""
    n = len(rows)
    if n < 4 or rows.at[0] == rows.at[-1]:
        return None
    rows = rows.pick(spread(n, FITTED_WAVE, 12))
    probe = rows.pick(spread(len(rows), 24, 6))
    at, span = (rows.at[0] + rows.at[-1]) / 2, (rows.at[-1] - rows.at[0]) / 2
    rule, alike = Law("cosine").rule, [1 / rows.peak] * len(rows)

    def columns(half: float, rows: FitRows = rows) -> Columns:
        turns = [(p - at) / half for p in rows.at]
        return [[1.0] * len(turns), [rule(x) for x in turns], [rule(x - 0.5) for x in turns]]

    # the rows are from a fortieth of a half wave to five whole waves
    halves = [40 * span / 1.13**k for k in range(44)]
    half = min(halves, key=lambda half: misfit(columns(half, probe), probe.values, alike[: len(probe)]))
    for weights in (alike, rows.weights):  # which are very large where a wave is near 0
        (half,) = polished(columns, [half], rows.values, weights)
    factors = amplitudes(columns(half), rows.values, rows.weights)
    if factors is None:
        return None
    low, cosine, sine = factors
    height = math.hypot(sine, cosine)
    if height == 0 or half > WIDEST_WAVE * span:
        return None  # a parabola: so little of a wave says nothing about it
    top = at + math.atan2(sine, cosine) * half / math.pi
    # the last peak that is not right of the middle, or the one that the rows fall from
    top -= 2 * half * max(math.ceil((top - at) / (2 * half) - 1e-9), 0)
    first = top - 2 * half * max(math.ceil((top - rows.at[0]) / (2 * half) - 1e-6), 0)
    top = first if rows.at[0] - first < half else top
    return Law("cosine", top, half, floor=low + (cosine + sine - height) / 2, height=height)


def tanh_of(rows: FitRows) -> Law | None:
    """The hyperbolic tangent of these rows, wherever it began: it falls fastest somewhere among them."""
    rows = rows.pick(spread(len(rows), FITTED_POWER, 8))
    top, low = rows.values[0], rows.values[-1]
    half = next((i for i, y in enumerate(rows.values) if y < (top + low) / 2), 0)
    if not 2 < half < len(rows) - 2 or low <= 0:
        return None
    rows_beside, middle = slice(half - 2, half + 2, 3), float(rows.at[half])
    (first, last), (high, below) = rows.at[rows_beside], rows.values[rows_beside]
    if not high > below:
        return None

    def law(length: float, middle: float) -> Law:
        return Law("tanh", middle - 0.7 * length, length)

    length = 5 * (last - first) * (top - low) / (high - below)
    near = law(*polished(lambda *x: _columns(rows, law(*x), True), [length, middle], rows.values, rows.weights))
    begin = round(near.begin)
    whole = replace(near, begin=begin, length=round(near.end) - begin or 1)
    # the first row of a run without a warmup is at the top itself
    found = (solved(rows, each) for each in (whole, replace(whole, power=0.0), near))
    return next((each for each in found if each and rows.holds(each, 3.0)), None)


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
    LawKind(4, tanh_of, falls=True),
)
"""The simplest first."""
