"""The linear warmup before a schedule: where it began, where it ends, with which factor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.laws import Law, Slope
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.numbers import cost, digits, simplest, simplest_whole
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Sequential

RATIOS = (0.03, 0.1, 0.05, 0.06, 0.01, 0.02, 0.2, 0.08, 0.04, 0.15)
"""What people give as the share of the run that is warmup; trainers round it up to whole steps."""


class Start(NamedTuple):
    """A position that may be the scheduler's step 0."""

    first_step: int
    cost: float


class Ramp(NamedTuple):
    """A warmup of so many steps from a factor; the schedule after it begins `held` steps later."""

    first_step: int
    warmup: int
    start_factor: float
    cost: float
    free: tuple[str, ...] = ()
    held: int = 0

    @property
    def steps(self) -> int:
        """The step at which the schedule after it begins."""
        return self.warmup + self.held

    def before(self, schedule: Schedule) -> Schedule:
        """The schedule, after this warmup."""
        begin = self.steps
        if not begin:
            return schedule
        line = Linear(start_factor=self.start_factor, total_iters=self.warmup) if self.warmup else Constant()
        if isinstance(schedule, Sequential):
            return Sequential((line, *schedule.schedules), (begin, *(begin + m for m in schedule.milestones)))
        return Sequential((line, schedule), (begin,))

    def shape(self, main: Shape) -> Shape:
        """The curve of a schedule that begins at step 0, after this warmup."""
        if not self.steps:
            return main
        begin = self.steps
        return replace(
            main,
            warmup=self.warmup,
            start=float(f"{self.start_factor * main.lr:.12g}"),
            begin=begin,
            end=begin + main.end if main.end else 0,
            milestones=tuple(begin + m for m in main.milestones),
        )


def starts(rows: FitRows, more: tuple[int, ...] = ()) -> list[Start]:
    """Where step 0 may be: 0 and 1 (Hugging Face logs schedule(s) or schedule(s - 1)), the first row, one before."""
    first = rows.p[0]
    found = {0: 0.0, 1: 0.2, -1: 1.0}
    for p in (first, first - 1, *more):
        found.setdefault(p, 1.5 + cost(abs(p)))
    return [Start(p, spent) for p, spent in found.items() if p <= first]


def ramp(rows: FitRows, start: Start, end: int, peak: float) -> Ramp | None:
    """The warmup of the rows from `start` that reaches the peak at `end`, or one step before it; None if none does."""
    length = end - start.first_step
    if length <= 0:
        return None if len(rows) else Ramp(start.first_step, 0, 0.0, start.cost)
    made = _ramp(rows, start, length, peak)
    if made is None and length > 2 and len(rows) > 1:
        made = _ramp(rows, start, length - 1, peak)
        if made is None or made.start_factor > 1:
            return None
        return made._replace(held=1, cost=made.cost + cost(length) - cost(length - 1) + 0.3)
    return made


def _ramp(rows: FitRows, start: Start, length: int, peak: float) -> Ramp | None:
    low, high = 0.0, math.inf
    for p, y, tol in zip(rows.p, rows.y, rows.tol, strict=True):
        done = (p - start.first_step) / length
        if done == 1 and abs(y - peak) <= tol:
            continue
        if not 0 <= done < 1:
            return None
        a, b = ((y - tol) / peak - done) / (1 - done), ((y + tol) / peak - done) / (1 - done)
        low, high = max(low, a), min(high, b)
    low -= 1e-13
    if low > high + 1e-13:
        return None
    free: tuple[str, ...] = ()
    if high == math.inf:
        factor, free = 0.0, ("how it starts: no row of the warmup is there",)
    else:
        factor = simplest(low, high)
        if digits(factor) > 2 and low <= 1 / (length + 1) <= high:
            factor = 1 / (length + 1)
    if factor < 0 or factor > 1e6:
        return None
    if factor == 1:
        return Ramp(start.first_step, 0, 0.0, start.cost + cost(length), free, held=length)
    # a warmup of equal steps, the first of which is the first row
    equal = abs(factor * (length + 1) - 1) < 1e-9
    spent = start.cost + cost(length) + (0.3 if equal else cost(factor)) + 2.0 * (factor > 1)
    return Ramp(start.first_step, length, factor, spent, free)


def kinks(before: FitRows, main: Law, first: int, first_steps: list[Start]) -> Iterator[int]:
    """Whole positions at which a ramp through the rows before may meet the law, at the latest at its first row."""
    last = before.p[-1]
    lines = []
    if before.p[0] != last:
        line = Slope.fit(before)
        if line is not None:
            lines.append(line)
    else:
        y = before.y[-1]
        for start in first_steps:
            if start.first_step < last and y > 0:
                lines.append(Slope(start.first_step, 0.0, y / (last - start.first_step)))
    seen = set()
    for line in lines:
        met = _meeting(line, main, last, first)
        if met is None:
            continue
        width = 1e-6 * abs(met)
        for k in (round(met), simplest_whole(met - width, met + width), math.floor(met), math.ceil(met)):
            if k is not None and last < k <= first and k not in seen:
                seen.add(k)
                yield k
        for shift in {start.first_step for start in first_steps}:
            for part in (1e-4, 1e-3, 1e-2):
                near = simplest_whole(met - shift - part * abs(met), met - shift + part * abs(met))
                if near is not None and last < near + shift <= first and near + shift not in seen:
                    seen.add(near + shift)
                    yield near + shift
    if not lines or not seen:
        for start in first_steps:
            near = simplest_whole(last + 1 - start.first_step, first - start.first_step)
            if near is not None and near + start.first_step not in seen:
                seen.add(near + start.first_step)
                yield near + start.first_step
        if first not in seen:
            yield first


def _meeting(line: Slope, main: Law, low: float, high: float) -> float | None:
    """Where the ramp reaches the law, between the last row of the one and the first of the other."""
    gap_low, gap_high = line(low) - main(low), line(high) - main(high)
    if gap_high == 0:
        return high
    if abs(gap_high) < 1e-9 * abs(main(high)):
        return high
    if (gap_low < 0) == (gap_high < 0):
        return None
    for _ in range(80):
        middle = (low + high) / 2
        if (line(middle) - main(middle) < 0) == (gap_low < 0):
            low = middle
        else:
            high = middle
    return (low + high) / 2
