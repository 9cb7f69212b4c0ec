"""The warmup before a schedule: where it began, how it climbs, where it ends, with which factor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS, STARTS
from lrcli.infer.fit.laws import Law, RateAt, decay_of, line_of, solved
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.solve import crossing
from lrcli.infer.limits import EXACT_SINGLE, SLACKS
from lrcli.infer.numbers import cost, digits, simplest, simplest_whole, written
from lrcli.infer.usual import CLIMB_POWERS


class Start(NamedTuple):
    """A position that may be the scheduler's step 0."""

    first_step: int
    cost: float


def starts(rows: FitRows, more: tuple[int, ...] = ()) -> list[Start]:
    """Where step 0 may be: 0 and 1 (Hugging Face logs schedule(s) or schedule(s - 1)), the first row, one before."""
    first = rows.at[0]
    costs = {**STARTS, -1: COSTS["other start"]}
    for p in (first, first - 1, *more):
        costs.setdefault(p, 1.5 * COSTS["other start"] + cost(abs(p)))
    return [Start(p, spent) for p, spent in costs.items() if p <= first]


class Climb(NamedTuple):
    """How a warmup climbs: by the step, or a power of it; in a product also by factors."""

    ramp: str = "line"
    power: float = 1.0

    def law(self, begin: int) -> Law:
        """Such a climb from 0 that has no end."""
        return Law("power", begin + 1, -1.0, self.power) if self.ramp == "power" else Law(self.ramp, begin)


LINE = Climb()
CURVED = tuple(Climb("power", power) for power in CLIMB_POWERS)


class Ramp(NamedTuple):
    """A warmup of so many steps from a factor; the schedule after it begins `held` steps later."""

    first_step: int
    warmup: int = 0
    start_factor: float = 0.0
    cost: float = 0.0
    free: tuple[str, ...] = ()
    held: int = 0
    climb: Climb = LINE

    @property
    def steps(self) -> int:
        """The step at which the schedule after it begins."""
        return self.warmup + self.held

    def before(self, main: Shape) -> Shape:
        """The shape of a schedule that begins at step 0, after this warmup."""
        begin = self.steps
        if not begin:
            return main
        return replace(
            self.during(main),
            begin=begin,
            end=begin + main.end if main.end else 0,
            milestones=tuple(begin + m for m in main.milestones),
        )

    def during(self, main: Shape) -> Shape:
        """The shape of a schedule that begins at step 0, whose clock runs during this warmup."""
        start = written(self.start_factor * main.lr)
        return replace(main, warmup=self.warmup, start=start, ramp=self.climb.ramp, climb=self.climb.power)


def ramp(
    rows: FitRows, start: Start, end: int, peak: float, climb: Climb = LINE, lr: float | None = None
) -> Ramp | None:
    """The warmup of the rows from `start` that reaches the peak at `end`, or one step before it; None if none does.

    lr: what the factor is a share of, where that is not the peak.
    """
    length = end - start.first_step
    if length <= 0:
        return None if len(rows) else Ramp(start.first_step, cost=start.cost)
    exact = _ramp(rows, start, length, peak, climb, lr or peak)
    if exact is None and length > 2 and len(rows) > 1:
        shorter = _ramp(rows, start, length - 1, peak, climb, lr or peak)
        if shorter is not None and shorter.start_factor <= 1:
            return shorter._replace(held=1, cost=shorter.cost + cost(length) - cost(length - 1) + COSTS["held"])
    return exact


def _ramp(rows: FitRows, start: Start, length: int, peak: float, climb: Climb, lr: float) -> Ramp | None:
    law = climb.law(start.first_step)
    top = law(start.first_step + length)
    free: tuple[str, ...] = ()

    def left(p: int) -> float:
        return 1 - law(p) / top

    if rows.at and (rows.at[0] < start.first_step or rows.at[-1] > start.first_step + length):
        return None
    factor = 0.0  # nobody begins a power above 0
    if not rows.at or rows.at[0] == start.first_step + length:
        free = ("how it starts: no row of the warmup is there",)
    elif climb.ramp == "power":
        single = EXACT_SINGLE * peak  # a framework may have it in single precision
        if not rows.holds(lambda p: peak * law(p) / top, SLACKS[0], single):
            return None
    else:
        span = rows.minus(lambda p: peak * (1 - left(p))).scale(left)
        if span is None or span[0] > 1e6 * lr:
            return None
        low, high = span[0] / lr, span[1] / lr
        factor, rate = simplest(low, high), simplest(*span)
        if cost(rate) < cost(factor) and digits(factor) > 2:  # the rate at the start is what was written
            factor = rate / lr
        if digits(factor) > 2 and low <= 1 / (length + 1) <= high:
            factor = 1 / (length + 1)
    if factor < 0:  # it would climb from below 0
        return None
    if factor == 1:
        return Ramp(start.first_step, cost=start.cost + cost(length), free=free, held=length)
    equal = abs(factor * (length + 1) - 1) < 1e-9  # equal steps, the first of which is the first row
    spent = (
        start.cost
        + cost(length)
        + (COSTS["equal steps"] if equal else cost(factor))
        + COSTS["from above"] * (factor > 1)
    )
    return Ramp(start.first_step, length, factor, spent, free, climb=climb)


def by_factors(shares: FitRows, begin: int, first: int) -> Iterator[Ramp]:
    """The warmups that multiply a decay by one factor, or by one that is itself multiplied at each step up to 1.

    shares: the rows of the warmup as shares of the decay. first: the position of the first row behind it.
    """
    span, last = shares.scale(lambda p: 1.0), shares.at[-1]
    if span is not None:
        factor, length = simplest(*span), simplest_whole(last + 1 - begin, first - begin) or first - begin
        free = (f"the length of the warmup: {last + 1 - begin} to {first - begin} fit",) * (first - last > 1)
        yield Ramp(begin, length, factor, cost(factor) + cost(length), free, climb=Climb("level"))
    growth = decay_of(shares)
    if growth is None or growth.length > 0:
        return
    end = round(growth.begin + growth.length * math.log2(growth.height))
    if last < end <= first:
        left = [1 - (p - begin) / (end - begin) for p in shares.at]
        rows = zip(shares.values, shares.slack, left, strict=True)
        spans = [((y - slack) ** (1 / part), (y + slack) ** (1 / part)) for y, slack, part in rows if y > slack]
        low, high = max(low for low, _ in spans), min(high for _, high in spans)
        if low <= high:
            factor = simplest(low, high)
            yield Ramp(begin, end - begin, factor, cost(factor) + cost(end - begin), climb=Climb("growth"))


def climbing(before: FitRows, first_steps: list[Start], climbs: tuple[Climb, ...] = (LINE,)) -> list[Law]:
    """The climbs through the rows of a warmup: one line, or from 0 at each of these steps."""
    if not len(before):
        return []
    if climbs == (LINE,) and before.at[0] != before.at[-1]:
        line = line_of(before)
        return [line] if line is not None else []
    laws = []
    for start, climb in product(first_steps, climbs):
        rising = before.pick(i for i, p in enumerate(before.at) if p > start.first_step)
        if len(rising) >= (1 if climb == LINE else 3):
            laws.append(solved(rising, climb.law(start.first_step), floor=False))
    return [law for law in laws if law is not None and law.height > 0]


def kinks(before: FitRows, climbs: list[Law], main: RateAt, first: int, first_steps: list[Start]) -> list[int]:
    """Whole positions at which a ramp through the rows before may meet the law, at the latest at its first row."""
    last = before.at[-1]
    steps = [start.first_step for start in first_steps]
    places: list[int | None] = []
    for climb in climbs:
        met = _meeting(climb, main, last, first)
        if not math.isnan(met):
            spans = {part: (met - part * abs(met), met + part * abs(met)) for part in (1e-6, 1e-4, 1e-3, 1e-2)}
            places += [round(met), simplest_whole(*spans.pop(1e-6)), math.floor(met), math.ceil(met)]
            places += [simplest_whole(*span, step) for step in steps for span in spans.values()]
    wholes = [p for p in places if p is not None and last < p <= first]
    wholes = wholes or [*(simplest_whole(last + 1, first, step) or first for step in steps), first]
    return list(dict.fromkeys(wholes))


def _meeting(climb: Law, main: RateAt, low: float, high: float) -> float:
    """Where the ramp reaches the law, between the last row of the one and the first of the other; NaN if nowhere."""
    if abs(climb(high) - main(high)) <= 1e-9 * abs(main(high)):
        return high
    return crossing(lambda p: climb(p) - main(p), low, high)
