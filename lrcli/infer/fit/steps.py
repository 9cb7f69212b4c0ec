"""Step decay: flat stretches whose values differ by powers of one factor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Level
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.warmup import Ramp, kinks, ramp, starts
from lrcli.infer.numbers import cost, simplest, simplest_whole
from lrcli.schedules.base import Schedule
from lrcli.schedules.multistep import MultiStep
from lrcli.schedules.step import Step

MOST = 400
"""A run with more flat stretches is no step decay."""


class Flat(NamedTuple):
    """The rows start <= i < stop have one value, between low and high."""

    start: int
    stop: int
    low: float
    high: float


def flats(rows: FitRows, most: int = MOST) -> list[Flat] | None:
    """The flat stretches, in order; None if there are too many."""
    found: list[Flat] = []
    start, low, high = 0, -math.inf, math.inf
    for i, (y, tol) in enumerate(zip(rows.y, rows.tol, strict=True)):
        a, b = max(low, y - tol), min(high, y + tol)
        if a > b or (i and abs(y - rows.y[start]) > max(1e-8 * abs(y), 1e-12 * rows.peak)):
            found.append(Flat(start, i, low, high))
            if len(found) >= most:
                return None
            start, a, b = i, y - tol, y + tol
        low, high = a, b
    found.append(Flat(start, len(rows), low, high))
    return found


class Drop(NamedTuple):
    """Between the positions after < x <= by the learning rate is multiplied `times` times."""

    after: int
    by: int
    times: int


def step_candidates(rows: FitRows, found: list[Flat]) -> Iterator[Candidate]:
    """Step and multistep schedules, after a warmup where the run begins with a rise."""
    top = max(range(len(found)), key=lambda i: found[i].high)
    if len(found) - top < 2:
        return
    law = _drops(rows, found[top:])
    if law is None:
        return
    gamma, span, drops = law
    before = rows.part(0, found[top].start)
    begins = starts(rows)
    if not len(before):
        for start in begins:
            none = Ramp(start.first_step, 0, 0.0, start.cost)
            yield from _schedules(rows, none, start.first_step, gamma, span, drops)
        return
    first = rows.p[found[top].start]
    for begin in kinks(before, Level(*span), first, begins):
        for start in begins:
            made = ramp(before, start, begin, simplest(*span)) if start.first_step < begin else None
            if made is not None:
                yield from _schedules(rows, made, begin, gamma, span, drops)


def _drops(rows: FitRows, found: list[Flat]) -> tuple[float, tuple[float, float], list[Drop]] | None:
    """(gamma, the interval of the first value, the drops) of flat stretches; None if no gamma makes them."""
    if min(flat.low for flat in found) <= 0:
        return None
    middles = [(flat.low + flat.high) / 2 for flat in found]
    logs = [math.log(b / a) for a, b in pairwise(middles)]
    unit = min(logs, key=abs)
    times = [round(log / unit) for log in logs]
    if any(n < 1 or n > 60 for n in times):
        return None
    low, high = 0.0, math.inf
    total = 0
    for flat, n in zip(found[1:], times, strict=True):
        total += n
        low = max(low, (flat.low / found[0].high) ** (1 / total))
        high = min(high, (flat.high / found[0].low) ** (1 / total))
    if low > high:
        return None
    gamma = simplest(low, high)
    span = [found[0].low, found[0].high]
    total = 0
    for flat, n in zip(found[1:], times, strict=True):
        total += n
        span = [max(span[0], flat.low / gamma**total), min(span[1], flat.high / gamma**total)]
    if span[0] > span[1]:
        return None
    drops = [Drop(rows.p[flat.start - 1], rows.p[flat.start], n) for flat, n in zip(found[1:], times, strict=True)]
    return gamma, (span[0], span[1]), drops


def _schedules(
    rows: FitRows, made: Ramp, begin: int, gamma: float, span: tuple[float, float], drops: list[Drop]
) -> Iterator[Candidate]:
    def candidate(kind: str, lr: float, schedule: Schedule, spent: float, free: tuple[str, ...] = ()) -> Candidate:
        steps = tuple(map(int, schedule.milestones)) if isinstance(schedule, MultiStep) else ()
        shape = made.shape(Shape("steps", lr, power=gamma, milestones=steps)) if steps else None
        whole, spent = made.before(schedule), made.cost + spent + cost(lr)
        return Candidate(kind, lr, whole, made.first_step, spent, free=(*made.free, *free), shape=shape)

    for earlier in range(1 if begin >= rows.p[0] else 40):
        size = _step_size(rows, begin, drops, earlier)
        if size is not None:
            low, high, chosen = size
            lr = simplest(span[0] / gamma**earlier, span[1] / gamma**earlier)
            free = () if low == high else (f"step_size: {low} to {high} fit",)
            spent = _length_cost(chosen, rows.epoch) + cost(gamma) + 0.7 * bool(earlier)
            step = candidate("step", lr, Step(step_size=chosen, gamma=gamma), spent, free)
            if rows.holds(step.at):
                yield step
                break
    shift = begin - made.first_step
    milestones: list[int] = []
    free_milestones = []
    for drop in drops:
        low, high = drop.after + 1 - begin, drop.by - begin
        chosen = _roundest(low + shift, high + shift, rows.epoch) - shift
        milestones += [chosen] * drop.times
        if low != high:
            free_milestones.append(f"the milestone {chosen + shift}: {low + shift} to {high + shift} fit")
    if milestones[0] < 1:
        return
    lr = simplest(*span)
    spent = cost(gamma) + sum(_length_cost(m + shift, rows.epoch) for m in milestones)
    multi = candidate("multistep", lr, MultiStep(tuple(milestones), gamma), spent, tuple(free_milestones))
    if rows.holds(multi.at):
        yield multi


def _step_size(rows: FitRows, begin: int, drops: list[Drop], earlier: int) -> tuple[int, int, int] | None:
    """(least, most, the roundest) step size, if `earlier` drops lie before the first row."""
    low, high, count = 1, 10**15, earlier
    if earlier:
        high = (rows.p[0] - begin) // earlier
    for drop in drops:
        low = max(low, -(-(drop.after + 1 - begin) // (count + 1)))
        count += drop.times
        high = min(high, (drop.by - begin) // count)
        if low > high:
            return None
    low = max(low, (rows.p[-1] - begin) // (count + 1) + 1)
    return None if low > high else (low, high, _roundest(low, high, rows.epoch))


def _roundest(low: int, high: int, epoch: int) -> int:
    """The roundest length from low to high: one of whole epochs, if there is one."""
    epochs = simplest_whole(low / epoch, high / epoch) if epoch else None
    if epochs:
        return epochs * epoch
    return simplest_whole(low, high) or high


def _length_cost(length: int, epoch: int) -> float:
    return cost(length // epoch) if epoch and length % epoch == 0 else cost(length)
