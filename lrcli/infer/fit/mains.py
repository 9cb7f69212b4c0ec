"""From a law with real-valued parameters to schedules with round ones that begin at a given position."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from lrcli.expression import Expression
from lrcli.infer.fit.laws import Decay, Inverse, Law, Level, Power, Slope, Wave
from lrcli.infer.fit.laws.cosine import wave_with
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.numbers import cost, digits, rounded, simplest, simplest_whole
from lrcli.schedules import constant, cosine, exponential, linear, polynomial
from lrcli.schedules.base import Schedule
from lrcli.schedules.lambda_ import Lambda

FACTORS = (0.01, 0.1, 0.001, 0.05, 0.2, 0.02, 0.5, 1e-4, 1e-3, 0.25, 0.3, 0.15)
"""What people write as the share of the learning rate that is left at the end."""


@dataclass(frozen=True)
class Main:
    """What comes after the warmup: a schedule that begins at position `begin` with the base learning rate."""

    kind: str
    begin: int
    lr: float
    schedule: Schedule
    lengths: tuple[int, ...] = ()
    cost: float = 0.0
    free: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


def count_cost(n: int, *before: int) -> float:
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
    else:
        yield from power_mains(rows, law, begin, first_step)


def constant_mains(rows: FitRows, begin: int) -> Iterator[Main]:
    span = rows.scale(lambda p: 1.0)
    if span is not None:
        lr = simplest(*span)
        yield Main("constant", begin, lr, constant.Constant(), cost=cost(lr))


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
        yield Main("linear", begin, lr, schedule, (length,), cost(lr) + count_cost(length, begin - first_step, begin))
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
            found.append(Main("linear", begin, lr, schedule, (whole,), spent, free))
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
                yield Main("linear", begin, lr, schedule, (length,), spent + 0.5)
                found = True
        # the factor at the last row, whatever it is
        length = max(last - begin, 1)
        ends = [1 + slope * length / lr for slope in span]
        factor = simplest(*ends)
        schedule = linear.Linear(start_factor=1.0, end_factor=factor, total_iters=length)
        usual = digits(factor) <= 2  # somebody's end: the line aims at it
        free = () if found or usual else ("where the line ends: only its slope is seen",)
        spent = cost(lr) + cost(factor) + count_cost(length, begin - first_step, begin) + (0.5 if usual else 2.0)
        yield Main("linear", begin, lr, schedule, (length,), spent, free)
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
            yield Main("exponential", begin, lr, exponential.Exponential(gamma=gamma), (), cost(lr) + cost(gamma))
            return


def inverse_mains(rows: FitRows, law: Inverse, begin: int, first_step: int) -> Iterator[Main]:
    """PyTorch has no class for it: a lambda."""
    exact = begin - law.origin
    whole = simplest_whole(exact - 1e-3 - 1e-4 * abs(exact), exact + 1e-3 + 1e-4 * abs(exact)) or round(exact)
    for length in dict.fromkeys((whole, round(exact))):
        if length < 1:
            continue
        span = rows.scale(lambda p, length=length: (1 + (p - begin) / length) ** -law.power)  # type: ignore[misc]
        if span is None:
            continue
        lr = simplest(*span)
        schedule = Lambda(lr_lambda=Expression(f"(1 + epoch / {length}) ** -{law.power:g}"))
        name = "inverse square root" if law.power == 0.5 else "inverse time"
        told = (f"{name} decay with a time scale of {length}",)
        yield Main("lambda", begin, lr, schedule, (), cost(lr) + count_cost(length, begin - first_step) + 1, (), told)
        return


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
            yield Main("cosine", begin, lr, schedule, (half,), spent + cost(lr) + min(cost(floor), cost(floor / lr)))


def wave_heights(rows: FitRows, law: Wave) -> Iterator[tuple[float, float]]:
    """(peak, floor) of a wave whose place and length are known, the roundest first."""

    def shape(p: int) -> float:
        return (1 + math.cos(math.pi * (p - law.top) / law.half)) / 2

    span = rows.scale(shape)
    if span is not None:
        yield simplest(*span), 0.0
        return
    peak, floor = law.middle + law.height, law.middle - law.height
    for factor in (*FACTORS, 1 / 3, 2 / 3):
        span = rows.scale(lambda p, factor=factor: factor + (1 - factor) * shape(p))  # type: ignore[misc]
        if span is not None:
            lr = simplest(*span)
            yield lr, float(f"{lr * factor:.12g}")
            return
    for low in rounded(floor, 15):
        left = FitRows(rows.p, [y - low for y in rows.y], rows.tol, rows.peak)
        if low < peak:
            span = left.scale(shape)
        else:
            continue
        if span is not None:
            yield simplest(span[0] + low, span[1] + low), low
            return


def power_mains(rows: FitRows, law: Power, begin: int, first_step: int) -> Iterator[Main]:
    near = round(law.end)
    # a long run in few digits leaves the end open
    ends = [near] + [end for end in range(near - 30, near + 31) if end != near]
    few = rows.pick(spread(len(rows), 60, 8))
    found = 0
    for power in rounded(law.power, 4):
        for end in sorted(set(ends), key=lambda e: (count_cost(e - begin, begin - first_step, begin), abs(e - near))):
            if end <= begin or end < rows.p[-1]:
                continue
            length = end - begin

            def shape(p: int, length: int = length, power: float = power) -> float:
                return float((1 - min(p - begin, length) / length) ** power)

            spent = count_cost(length, begin - first_step, begin) + cost(power)
            span = few.scale(shape)
            span = rows.scale(shape) if span is not None else None
            if span is not None:
                lr = simplest(*span)
                schedule = polynomial.Polynomial(total_iters=length, power=power)
                yield Main("polynomial", begin, lr, schedule, (length,), spent + cost(lr))
                found += 1
            elif law.floor > 0:
                yield from _power_to_floor(rows, law, begin, length, power, spent)
        if found:
            return


def _power_to_floor(rows: FitRows, law: Power, begin: int, length: int, power: float, spent: float) -> Iterator[Main]:
    def shape(p: int) -> float:
        return float((1 - min(p - begin, length) / length) ** power)

    for floor in rounded(law.floor, 8):
        left = FitRows(rows.p, [y - floor for y in rows.y], rows.tol, rows.peak)
        span = left.scale(shape)
        if span is not None:
            lr = simplest(span[0] + floor, span[1] + floor)
            text = f"{floor!r} / {lr!r} + (1 - {floor!r} / {lr!r}) * (1 - min(epoch, {length}) / {length}) ** {power!r}"
            schedule = Lambda(lr_lambda=Expression(text))
            evidence = (f"a polynomial of power {power:g} from {lr:g} to {floor:g} over {length} steps",)
            yield Main("polynomial", begin, lr, schedule, (length,), spent + cost(lr) + cost(floor) + 1, (), evidence)
            return
