"""Step decay: flat stretches whose values differ by powers of one factor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Level
from lrcli.infer.fit.naming import said
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Flat
from lrcli.infer.fit.tuned import COSTS
from lrcli.infer.fit.warmup import Ramp, climbing, kinks, ramp, starts
from lrcli.infer.numbers import cost, simplest, simplest_whole


class Drop(NamedTuple):
    """Between the positions after < x <= by the learning rate is multiplied `times` times."""

    after: int
    by: int
    times: int = 1


class Falling(NamedTuple):
    """Flat stretches, the first of which is between low and high, each a power of gamma times the one before."""

    gamma: float
    low: float
    high: float
    drops: list[Drop]

    def lr(self, earlier: int = 0) -> float:
        """The roundest learning rate before the first of the stretches, and before so many more drops."""
        return simplest(self.low / self.gamma**earlier, self.high / self.gamma**earlier)


def step_candidates(rows: FitRows, flats: list[Flat]) -> Iterator[Candidate]:
    """Step and multistep schedules, after a warmup where the run begins with a rise."""
    top = max(range(len(flats)), key=lambda i: flats[i].high)
    falling = _falling(rows, flats[top:]) if len(flats) - top > 1 else None
    if falling is None:
        last_rise = max((i for i in range(1, len(flats)) if flats[i].low > flats[i - 1].high), default=0)
        if last_rise > top and len(flats) - last_rise > 1:
            yield from _dropped_in_warmup(rows, flats[last_rise:])
        return
    begins = starts(rows)
    before = rows.part(0, flats[top].start)
    if not len(before):
        for start in begins:
            yield from _schedules(rows, Ramp(start.first_step, cost=start.cost), start.first_step, falling)
        return
    level = Level(falling.low, falling.high)
    for begin in kinks(before, climbing(before, begins), level, rows.p[flats[top].start], begins):
        for start in begins:
            rise = ramp(before, start, begin, falling.lr()) if start.first_step < begin else None
            if rise is not None:
                yield from _schedules(rows, rise, begin, falling)


def _dropped_in_warmup(rows: FitRows, flats: list[Flat]) -> Iterator[Candidate]:
    """Schedules that have begun to fall before their warmup, which multiplies them, ends."""
    before = rows.part(0, flats[0].start)
    falling = _falling(rows, flats)
    if falling is None:
        return
    falls = [i for i in range(1, len(before)) if before.y[i] < before.y[i - 1]]
    shares = [falling.gamma ** sum(i < fall for fall in falls) for i in range(len(before))]
    rising = replace(
        before,
        y=[y * share for y, share in zip(before.y, shares, strict=True)],
        tol=[tol * share for tol, share in zip(before.tol, shares, strict=True)],
    )
    drops = [*(Drop(before.p[i - 1], before.p[i]) for i in falls), *falling.drops]
    lr = falling.lr(len(falls))
    begins = starts(rows)
    for end in kinks(
        rising, climbing(rising, begins), Level(falling.low, falling.high), rows.p[flats[0].start], begins
    ):
        for start in begins:
            rise = ramp(rising, start, end, falling.lr()) if start.first_step < end else None
            if rise is None or rise.held:
                continue
            milestones, free = _milestones(rows, drops, start.first_step, start.first_step)
            shape = rise.during(Shape("steps", lr, power=falling.gamma, milestones=milestones, product=True))
            evidence = ("the decay runs during the warmup: the learning rate is the product of both",)
            spent = rise.cost + cost(lr) + cost(falling.gamma) + sum(map(cost, milestones)) + COSTS["product"]
            bare = Candidate(
                "multistep", lr, start.first_step, spent, free=(*rise.free, *free), evidence=evidence, shape=shape
            )
            if candidate := said(bare, rows):
                yield candidate


def _falling(rows: FitRows, flats: list[Flat]) -> Falling | None:
    """What the flat stretches are; None if no gamma makes them."""
    if min(flat.low for flat in flats) <= 0:
        return None
    logs = [math.log((b.low + b.high) / (a.low + a.high)) for a, b in pairwise(flats)]
    unit = min(logs, key=abs)
    times = [round(log / unit) for log in logs]
    if any(n < 1 or n > 60 for n in times):
        return None
    totals = [sum(times[: i + 1]) for i in range(len(times))]
    low = max((flat.low / flats[0].high) ** (1 / total) for flat, total in zip(flats[1:], totals, strict=True))
    high = min((flat.high / flats[0].low) ** (1 / total) for flat, total in zip(flats[1:], totals, strict=True))
    if not 0 < low <= high:
        return None
    gamma = simplest(low, high)
    low = max(flat.low / gamma**total for flat, total in zip(flats, (0, *totals), strict=True))
    high = min(flat.high / gamma**total for flat, total in zip(flats, (0, *totals), strict=True))
    if low > high:
        return None
    places = ((rows.p[flat.start - 1], rows.p[flat.start]) for flat in flats[1:])
    return Falling(gamma, low, high, [Drop(*place, n) for place, n in zip(places, times, strict=True)])


def _schedules(rows: FitRows, warmup: Ramp, begin: int, falling: Falling) -> Iterator[Candidate]:
    gamma, drops = falling.gamma, falling.drops

    def candidate(kind: str, shape: Shape, spent: float, free: tuple[str, ...]) -> Candidate | None:
        spent += warmup.cost + cost(shape.lr) + cost(gamma)
        free = (*warmup.free, *free)
        return said(Candidate(kind, shape.lr, warmup.first_step, spent, free=free, shape=warmup.before(shape)), rows)

    for earlier in range(1 if begin >= rows.p[0] else 40):
        size = _step_size(rows, begin, drops, earlier)
        if size is not None:
            low, high, chosen = size
            free: tuple[str, ...] = () if low == high else (f"step_size: {low} to {high} fit",)
            milestones = tuple(range(chosen, rows.p[-1] - begin + 1, chosen))
            shape = Shape("steps", falling.lr(earlier), power=gamma, milestones=milestones, scale=chosen)
            step = candidate(
                "step", shape, _epoch_cost(chosen, rows.epoch) + COSTS["unseen steps"] * bool(earlier), free
            )
            if step is not None:
                yield step
                break
    shift = begin - warmup.first_step
    milestones, free = _milestones(rows, drops, begin, warmup.first_step)
    if milestones[0] < 1:
        return
    spent = sum(_epoch_cost(m + shift, rows.epoch) for m in milestones)
    multi = candidate("multistep", Shape("steps", falling.lr(), power=gamma, milestones=milestones), spent, free)
    if multi is not None:
        yield multi


def _milestones(
    rows: FitRows, drops: list[Drop], begin: int, first_step: int
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """(the roundest milestones, counted from `begin`, what is open about them)."""
    milestones: list[int] = []
    free = []
    for drop in drops:
        low, high = drop.after + 1 - first_step, drop.by - first_step
        chosen = _roundest(low, high, rows.epoch)
        milestones += [chosen + first_step - begin] * drop.times
        if low != high:
            free.append(f"the milestone {chosen}: {low} to {high} fit")
    return tuple(milestones), tuple(free)


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
    return epochs * epoch if epochs else simplest_whole(low, high) or high


def _epoch_cost(length: int, epoch: int) -> float:
    return cost(length // epoch) if epoch and length % epoch == 0 else cost(length)
