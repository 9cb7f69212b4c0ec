"""Step decay: flat stretches whose values differ by powers of one factor."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.laws import Drop, Law
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.limits import MOST_FLATS
from lrcli.infer.numbers import cost, geometric, simplest_whole


class Flat(NamedTuple):
    """The rows start <= i < stop have one value, between low and high."""

    start: int
    stop: int
    low: float
    high: float


def flats(rows: FitRows) -> list[Flat] | None:
    """The flat stretches, in order; None if there are too many."""
    stretches: list[Flat] = []
    start, low, high = 0, -math.inf, math.inf
    for i, (y, tol) in enumerate(zip(rows.values, rows.slack, strict=True)):
        a, b = max(low, y - tol), min(high, y + tol)
        if a > b or (i and abs(y - rows.values[start]) > max(1e-8 * abs(y), 1e-12 * rows.peak)):
            stretches.append(Flat(start, i, low, high))
            if len(stretches) >= MOST_FLATS:
                return None
            start, a, b = i, y - tol, y + tol
        low, high = a, b
    stretches.append(Flat(start, len(rows), low, high))
    return stretches


def falling(rows: FitRows, flats: list[Flat]) -> Law | None:
    """The law of these flat stretches; None if no gamma makes them."""
    if len(flats) < 2 or min(flat.low for flat in flats) <= 0:
        return None
    logs = [math.log((b.low + b.high) / (a.low + a.high)) for a, b in pairwise(flats)]
    unit = min(logs, key=abs)
    times = [round(log / unit) for log in logs]
    if any(n < 1 or n > 60 for n in times):
        return None
    totals = [*accumulate(times, initial=0)]
    found = geometric([(flat.low, flat.high) for flat in flats], totals)
    if found is None:
        return None
    (low, high), gamma = found
    places = ((rows.at[flat.start - 1], rows.at[flat.start]) for flat in flats[1:])
    drops = tuple(place for place, n in zip(places, times, strict=True) for _ in range(n))
    return Law("steps", power=gamma, height=(low + high) / 2, drops=drops)


def step_shapes(rows: FitRows, law: Law, begin: int, first_step: int) -> Iterator[tuple[Shape, float, tuple[str, ...]]]:
    """(shape of height 1, cost, what is open) of equal steps, also with some before the rows, and of milestones."""
    last = rows.at[-1]
    some_hidden = begin < rows.at[0] <= law.drops[0][0]
    for earlier in range(40 if some_hidden else 1):
        drops = [(begin, rows.at[0])] * bool(earlier) + [*law.drops, (last, 10**15)]
        low, high = lengths_between(drops, begin, [*range(max(earlier, 1), earlier + len(law.drops) + 2)])
        if low <= high:
            size = _roundest(low, high, rows.epoch)
            free: tuple[str, ...] = () if low == high else (f"step_size: {low} to {high} fit",)
            milestones = tuple(range(size, last - begin + 1, size))
            spent = _epoch_cost(size, rows.epoch) + COSTS["unseen steps"] * bool(earlier)
            yield Shape("steps", 1.0, power=law.power, milestones=milestones, scale=size), spent, free
            break
    spans = [(after + 1 - first_step, by - first_step) for after, by in law.drops]
    places = [_roundest(low, high, rows.epoch) for low, high in spans]
    milestones = tuple(place + first_step - begin for place in places)
    if milestones[0] >= 1:
        spent = sum(_epoch_cost(place, rows.epoch) for place in places)
        choices = zip(places, spans, strict=True)
        fits = (f"the milestone {place}: {low} to {high} fit" for place, (low, high) in choices if low < high)
        yield Shape("steps", 1.0, power=law.power, milestones=milestones), spent, tuple(dict.fromkeys(fits))


def lengths_between(drops: Iterable[Drop], begin: int, parts: Sequence[float]) -> tuple[int, int]:
    """(least, most) length of which so many from `begin` on end at each drop."""
    spans = zip(drops, parts, strict=True)
    ends = [(math.ceil((after + 1 - begin) / n), math.floor((by - begin) / n)) for (after, by), n in spans]
    return max(1, *(low for low, _ in ends)), min(high for _, high in ends)


def _roundest(low: int, high: int, epoch: int) -> int:
    """The roundest length from low to high: one of whole epochs, if there is one."""
    epochs = simplest_whole(low / epoch, high / epoch) if epoch else None
    return epochs * epoch if epochs else simplest_whole(low, high) or high


def _epoch_cost(length: int, epoch: int) -> float:
    return cost(length // epoch) if epoch and length % epoch == 0 else cost(length)
