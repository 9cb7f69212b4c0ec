"""Step decay: flat stretches whose values differ by powers of one factor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Main
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.limits import MOST_FLATS
from lrcli.infer.numbers import cost, simplest, simplest_whole


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


class Drop(NamedTuple):
    """Between the positions after < x <= by the learning rate is multiplied `times` times."""

    after: int
    by: int
    times: int = 1


@dataclass(frozen=True)
class Falling:
    """y = value * gamma ** (drops so far): the value before the first drop is between low and high.

    from_start: whether they are the first rows of the log, so that drops may lie before them.
    """

    gamma: float
    low: float
    high: float
    drops: tuple[Drop, ...]
    from_start: bool

    def __call__(self, p: float) -> float:
        """The value before the first drop."""
        return (self.low + self.high) / 2

    def lr(self, earlier: int = 0) -> float:
        """The roundest learning rate before the first drop, and before so many more."""
        return simplest(self.low / self.gamma**earlier, self.high / self.gamma**earlier)

    def after(self, *earlier: Drop) -> Falling:
        """The same with drops before."""
        raised = self.gamma ** len(earlier)
        return Falling(self.gamma, self.low / raised, self.high / raised, (*earlier, *self.drops), False)


def falling(rows: FitRows, flats: list[Flat]) -> Falling | None:
    """The law of these flat stretches; None if no gamma makes them."""
    if len(flats) < 2 or min(flat.low for flat in flats) <= 0:
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
    places = ((rows.at[flat.start - 1], rows.at[flat.start]) for flat in flats[1:])
    drops = tuple(Drop(*place, n) for place, n in zip(places, times, strict=True))
    return Falling(gamma, low, high, drops, not flats[0].start)


def step_mains(rows: FitRows, law: Falling, begin: int, first_step: int) -> Iterator[Main]:
    """Equal steps, the first of which may lie before the rows, and milestones."""
    for earlier in range(40 if law.from_start and begin < rows.at[0] else 1):
        size = _step_size(rows, begin, law.drops, earlier)
        if size is not None:
            low, high, chosen = size
            free: tuple[str, ...] = () if low == high else (f"step_size: {low} to {high} fit",)
            milestones = tuple(range(chosen, rows.at[-1] - begin + 1, chosen))
            shape = Shape("steps", law.lr(earlier), power=law.gamma, milestones=milestones, scale=chosen)
            spent = _epoch_cost(chosen, rows.epoch) + COSTS["unseen steps"] * bool(earlier)
            yield Main(begin, shape, spent + cost(shape.lr) + cost(law.gamma), free)
            break
    milestones, free = _milestones(rows, law.drops, begin, first_step)
    if milestones[0] >= 1:
        shape = Shape("steps", law.lr(), power=law.gamma, milestones=milestones)
        spent = sum(_epoch_cost(m + begin - first_step, rows.epoch) for m in milestones)
        yield Main(begin, shape, spent + cost(shape.lr) + cost(law.gamma), free)


def _milestones(
    rows: FitRows, drops: tuple[Drop, ...], begin: int, first_step: int
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


def _step_size(rows: FitRows, begin: int, drops: tuple[Drop, ...], earlier: int) -> tuple[int, int, int] | None:
    """(least, most, the roundest) step size, if `earlier` drops lie before the first row."""
    low, high, count = 1, 10**15, earlier
    if earlier:
        high = (rows.at[0] - begin) // earlier
    for drop in drops:
        low = max(low, -(-(drop.after + 1 - begin) // (count + 1)))
        count += drop.times
        high = min(high, (drop.by - begin) // count)
        if low > high:
            return None
    low = max(low, (rows.at[-1] - begin) // (count + 1) + 1)
    return None if low > high else (low, high, _roundest(low, high, rows.epoch))


def _roundest(low: int, high: int, epoch: int) -> int:
    """The roundest length from low to high: one of whole epochs, if there is one."""
    epochs = simplest_whole(low / epoch, high / epoch) if epoch else None
    return epochs * epoch if epochs else simplest_whole(low, high) or high


def _epoch_cost(length: int, epoch: int) -> float:
    return cost(length // epoch) if epoch and length % epoch == 0 else cost(length)
