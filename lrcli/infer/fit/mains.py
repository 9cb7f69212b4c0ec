"""From a law with real-valued parameters to schedules with round ones that begin at a given position."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.laws import Decay, Inverse, Law, Level, Power, Root, Slope, Wave
from lrcli.infer.fit.laws.cosine import wave_with
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.numbers import cost, digits, rounded, simplest, simplest_whole
from lrcli.schedules import constant, cosine, exponential, linear, polynomial
from lrcli.schedules.base import Schedule

FACTORS = (0.01, 0.1, 0.001, 0.05, 0.2, 0.02, 0.5, 1e-4, 1e-3, 0.25, 0.3, 0.15)
"""What people write as the share of the learning rate that is left at the end."""


@dataclass(frozen=True)
class Main:
    """What comes after the warmup: a schedule that begins at position `begin` with the base learning rate.

    shape: the same in words of no framework. schedule: PyTorch's; None where it has none.
    """

    kind: str
    begin: int
    shape: Shape
    schedule: Schedule | None
    cost: float = 0.0
    free: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def lr(self) -> float:
        """The learning rate that it begins with."""
        return self.shape.lr


def count_cost(n: float, *before: int) -> float:
    """The cost of a length, or of the position at which it ends, whichever is rounder."""
    return min(cost(n), *(0.2 + cost(n + more) for more in before)) if before else cost(n)


def mains(rows: FitRows, law: Law, begin: int, first_step: int) -> Iterator[Main]:
    """The schedules of a law that begin at a position: their rows are `rows`."""
    if isinstance(law, Level):
        yield from constant_mains(rows, begin)
    elif isinstance(law, Slope):
        yield from line_mains(rows, law, begin, first_step)
    elif isinstance(law, Decay):
        yield from decay_mains(rows, law, begin)
    elif isinstance(law, Inverse):
        yield from inverse_mains(rows, law, begin, first_step)
    elif isinstance(law, Wave):
        yield from wave_mains(rows, law, begin, first_step)
    elif isinstance(law, Root):
        yield from root_mains(rows, law, begin, first_step)
    else:
        yield from power_mains(rows, law, begin, first_step)


def constant_mains(rows: FitRows, begin: int) -> Iterator[Main]:
    span = rows.scale(lambda p: 1.0)
    if span is not None:
        lr = simplest(*span)
        yield Main("constant", begin, Shape("constant", lr), constant.Constant(), cost(lr))


def line_ends(rows: FitRows, law: Slope, first_step: int) -> list[int]:
    """The whole positions at which a falling line may be 0: the nearest, and the round ones that fit as well."""
    if law.slope >= 0:
        return []
    last, zero = rows.p[-1], law.zero
    few = rows.pick(spread(len(rows), 60, 8))

    def fits(end: float) -> bool:
        return end > few.p[-1] - (few.y[-1] <= few.tol[-1]) and few.scale(lambda p: end - p, 1.5) is not None

    if not fits(zero) and not fits(round(zero)):
        return []
    step = max(zero - last, 1.0) * 1e-9
    span = []
    for sign in (-1, 1):
        edge = step
        while edge < 4 * (zero - rows.p[0]) and fits(zero + sign * edge):
            edge *= 2
        span.append(zero + sign * edge)
    near = round(zero)
    found = [near] if fits(near) else []
    for shift in {0, 1, first_step}:
        whole = simplest_whole(span[0] - shift, span[1] - shift)
        if whole is not None and fits(whole + shift):
            found.append(whole + shift)
    return sorted(set(found), key=lambda end: abs(end - zero))


def line_mains(rows: FitRows, law: Slope, begin: int, first_step: int) -> Iterator[Main]:
    if law.slope > 0:
        yield from rising_mains(rows, law, begin)
    yielded = False
    for end in line_ends(rows, law, first_step):
        if end <= begin:
            continue
        span = rows.scale(lambda p, end=end: (end - p) / (end - begin))  # type: ignore[misc]
        if span is None:
            continue
        lr = simplest(*span)
        length = end - begin
        schedule = linear.Linear(start_factor=1.0, end_factor=0.0, total_iters=length)
        spent = cost(lr) + count_cost(length, begin - first_step, begin)
        yield Main("linear", begin, Shape("line", lr, end=length), schedule, spent)
        yielded = True
    if yielded and abs(law.zero - round(law.zero)) < 1e-3:
        return
    yield from _line_to_floor(rows, law, begin, first_step)


def rising_mains(rows: FitRows, law: Slope, begin: int) -> Iterator[Main]:
    """A warmup that does not end before the log does: the peak and its length are the roundest that fit."""
    last = rows.p[-1]
    found: list[Main] = []
    power = math.floor(math.log10(max(law(last), 1e-300)))
    peaks = [float(f"{lead}e{power - 1 + more}") for more in range(4) for lead in range(10, 100)]
    for lr in dict.fromkeys(peaks):
        end = law.at + (lr - law.value) / law.slope
        if end < last - 1e-6 or lr <= 0:
            continue
        width = 1e-7 * (end - begin) + 4 * rows.tol[-1] / law.slope
        whole = simplest_whole(end - begin - width, end - begin + width)
        if whole is None or whole < 1:
            continue
        start = law(begin) / lr
        slack = max(1e-10 * abs(start), 2 * rows.tol[0] / lr, 1e-14)
        factor = simplest(start - slack, start + slack)
        if factor < 0:
            continue
        schedule = linear.Linear(start_factor=factor, end_factor=1.0, total_iters=whole)
        if rows.holds(lambda p, s=schedule, lr=lr: s.lr_at(max(p - begin, 0), lr)):  # type: ignore[misc]
            spent = cost(lr) + cost(whole) + (cost(factor) if factor else 0.0)
            free = ("the peak and the length of the warmup: the run ends in it, only its slope is seen",)
            shape = Shape("constant", lr, warmup=whole, start=factor * lr, begin=whole)
            found.append(Main("linear", begin, shape, schedule, spent, free))
    yield from sorted(found, key=lambda main: main.cost)[:3]


def _line_to_floor(rows: FitRows, law: Slope, begin: int, first_step: int) -> Iterator[Main]:
    """A line that does not aim at 0 at a whole position: it ends at another factor."""
    last = rows.p[-1]
    tries = 0
    for lr in rounded(law(begin), 6):
        if lr <= 0:
            continue
        span = _slopes(rows, begin, lr)
        if span is None:
            continue
        tries += 1
        found = False
        # transformers' polynomial decay ends at 1e-7 unless told otherwise
        for factor in (*FACTORS, float(f"{1e-7 / lr:.12g}")) if law.slope < 0 else ():
            low, high = sorted(lr * (factor - 1) / slope for slope in span)
            length = simplest_whole(max(low, last - begin), high)
            if length is not None and length > 0:
                schedule = linear.Linear(start_factor=1.0, end_factor=factor, total_iters=length)
                spent = cost(lr) + cost(factor) + count_cost(length, begin - first_step, begin)
                shape = Shape("line", lr, end=length, floor=float(f"{factor * lr:.12g}"))
                yield Main("linear", begin, shape, schedule, spent + 0.5)
                found = True
        # the factor at the last row, whatever it is
        length = max(last - begin, 1)
        ends = [1 + slope * length / lr for slope in span]
        factor = simplest(*ends)
        schedule = linear.Linear(start_factor=1.0, end_factor=factor, total_iters=length)
        usual = digits(factor) <= 2  # somebody's end: the line aims at it
        free = () if found or usual else ("where the line ends: only its slope is seen",)
        spent = cost(lr) + cost(factor) + count_cost(length, begin - first_step, begin) + (0.5 if usual else 2.0)
        shape = Shape("line", lr, end=length, floor=float(f"{factor * lr:.12g}"))
        yield Main("linear", begin, shape, schedule, spent, free)
        if tries == 2:
            return


def _slopes(rows: FitRows, begin: int, lr: float) -> tuple[float, float] | None:
    low, high = -math.inf, math.inf
    for p, y, tol in zip(rows.p, rows.y, rows.tol, strict=True):
        if p == begin:
            if abs(y - lr) > tol:
                return None
            continue
        a, b = sorted(((y - tol - lr) / (p - begin), (y + tol - lr) / (p - begin)))
        low, high = max(low, a), min(high, b)
        if low > high:
            return None
    return (low, high)


def decay_mains(rows: FitRows, law: Decay, begin: int) -> Iterator[Main]:
    for gamma in rounded(math.exp(law.rate), 13):
        if gamma <= 0:
            continue
        try:
            span = rows.scale(lambda p, gamma=gamma: gamma ** (p - begin))  # type: ignore[misc]
        except OverflowError:
            continue
        if span is not None:
            lr = simplest(*span)
            schedule = exponential.Exponential(gamma=gamma)
            yield Main("exponential", begin, Shape("exponential", lr, power=gamma), schedule, cost(lr) + cost(gamma))
            return


def inverse_mains(rows: FitRows, law: Inverse, begin: int, first_step: int) -> Iterator[Main]:
    exact = begin - law.origin
    if exact <= 0:
        return
    whole = simplest_whole(exact - 1e-3 - 1e-4 * abs(exact), exact + 1e-3 + 1e-4 * abs(exact)) or round(exact)
    few = rows.pick(spread(len(rows), 60, 8))
    near = next((x for x in rounded(exact, 12) if few.scale(_inverse(begin, x, law.power))), exact)
    for length in dict.fromkeys((whole, round(exact), near)):
        span = rows.scale(_inverse(begin, length, law.power)) if length > 0 else None
        if span is None:
            continue
        lr = simplest(*span)
        shape = Shape("inverse", lr, power=law.power, scale=length)
        spent = cost(lr) + count_cost(length, begin - first_step) + (0.0 if law.power == 0.5 else cost(law.power))
        yield Main("inverse", begin, shape, None, spent + 0.5)
        return


def _inverse(begin: int, scale: float, power: float) -> Callable[[int], float]:
    return lambda p: float((1 + (p - begin) / scale) ** -power)


def halves(rows: FitRows, law: Wave, begin: int, first_step: int) -> list[int]:
    """The whole half lengths that fit: the nearest, and the round ones."""
    few = rows.pick(spread(len(rows), 60, 8))

    def fits(half: float) -> bool:
        if half < 1:
            return False
        made = wave_with(few, half, begin)
        return made is not None and few.holds(made, 1.5)

    found = []
    near = round(law.half)
    if abs(near - law.half) < 1e-6 * law.half:
        return [near] if fits(near) else []
    span = []
    for sign in (-1, 1):
        edge = max(1.0, 1e-6 * law.half)
        while edge < 0.5 * law.half and fits(law.half + sign * edge):
            edge *= 1.5
        span.append(law.half + sign * edge)
    for shift in {0, begin - first_step, begin}:
        low, high = span[0] + shift, span[1] + shift
        for _ in range(3):
            whole = simplest_whole(low, high)
            if whole is None:
                break
            if fits(whole - shift):
                found.append(whole - shift)
                break
            if whole < law.half + shift:
                low = whole + 1
            else:
                high = whole - 1
    if near not in found and fits(near):
        found.append(near)
    return found


def wave_mains(rows: FitRows, law: Wave, begin: int, first_step: int) -> Iterator[Main]:
    for half in halves(rows, law, begin, first_step):
        made = wave_with(rows, half, begin)
        if made is None:
            continue
        spent = count_cost(half, begin - first_step, begin)
        for lr, floor in wave_heights(rows, made):
            schedule = cosine.Cosine(T_max=half, eta_min=floor)
            shape = Shape("cosine", lr, end=half, floor=floor)
            yield Main("cosine", begin, shape, schedule, spent + cost(lr) + floor_cost(floor, lr))


def floor_cost(floor: float, lr: float) -> float:
    """The cost of a floor, or of the share that it is, whichever is rounder."""
    return min(cost(floor), cost(floor / lr))


def wave_heights(rows: FitRows, law: Wave) -> Iterator[tuple[float, float]]:
    """(peak, floor) of a wave whose place and length are known, the roundest first."""

    def part(p: int) -> float:
        return (1 + math.cos(math.pi * (p - law.top) / law.half)) / 2

    return heights(rows, part, law.middle - law.height)


def heights(rows: FitRows, part: Callable[[int], float], floor: float) -> Iterator[tuple[float, float]]:
    """(peak, floor) of a curve that falls from 1 to 0 as `part` does, the roundest first; `floor` is near it."""
    span = rows.scale(part)
    if span is not None:
        yield simplest(*span), 0.0
        return
    for factor in (*FACTORS, 1 / 3, 2 / 3):
        span = rows.scale(lambda p, factor=factor: factor + (1 - factor) * part(p))  # type: ignore[misc]
        if span is not None:
            lr = simplest(*span)
            yield lr, float(f"{lr * factor:.12g}")
            return
    for low in rounded(floor, 15):
        span = rows.above(low).scale(part) if low < rows.peak else None
        if span is not None:
            yield simplest(span[0] + low, span[1] + low), low
            return


def root_mains(rows: FitRows, law: Root, begin: int, first_step: int) -> Iterator[Main]:
    """A decay by 1 - the root of what is done: it can only begin where it does."""
    if abs(begin - law.begin) > 0.5:
        return
    for share in (0.0, *FACTORS):
        exact = (law.top * (1 - share) / law.fall) ** 2
        length = simplest_whole(exact * (1 - 1e-4), exact * (1 + 1e-4)) or round(exact)
        if length < rows.p[-1] - begin:
            continue
        span = rows.scale(lambda p, n=length, low=share: 1 - (1 - low) * math.sqrt((p - begin) / n))  # type: ignore[misc]
        if span is not None:
            lr = simplest(*span)
            floor = float(f"{lr * share:.12g}")
            spent = count_cost(length, begin - first_step, begin) + cost(lr) + floor_cost(floor, lr)
            yield Main("root", begin, Shape("root", lr, end=length, floor=floor), None, spent + 0.5)
            return


def power_mains(rows: FitRows, law: Power, begin: int, first_step: int) -> Iterator[Main]:
    near = round(law.end)
    # a long run in few digits leaves the end open
    ends = {*range(near - 30, near + 31)}
    few = rows.pick(spread(len(rows), 60, 8))
    found = 0
    for power in rounded(law.power, 4):
        for end in sorted(ends, key=lambda e: (count_cost(e - begin, begin - first_step, begin), abs(e - near))):
            if end <= begin or end < rows.p[-1]:
                continue
            length = end - begin

            def part(p: int, length: int = length, power: float = power) -> float:
                return float((1 - min(p - begin, length) / length) ** power)

            if law.floor <= 0 and few.scale(part) is None:
                continue
            for lr, floor in heights(rows, part, law.floor) if law.floor > 0 else _without_floor(rows, part):
                schedule = None if floor else polynomial.Polynomial(total_iters=length, power=power)
                spent = count_cost(length, begin - first_step, begin) + cost(power) + cost(lr) + floor_cost(floor, lr)
                shape = Shape("power", lr, end=length, floor=floor, power=power)
                yield Main("polynomial", begin, shape, schedule, spent)
                found += 1
        if found:
            return


def _without_floor(rows: FitRows, part: Callable[[int], float]) -> Iterator[tuple[float, float]]:
    span = rows.scale(part)
    if span is not None:
        yield simplest(*span), 0.0
