"""From a law with real-valued parameters to schedules with round ones that begin at a given position."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.laws import Decay, Inverse, Law, Level, Power, Root, Slope, Wave
from lrcli.infer.fit.laws.cosine import wave_with
from lrcli.infer.fit.lines import line_mains
from lrcli.infer.fit.main import FACTORS, Main, count_cost, heights, unit_curve
from lrcli.infer.fit.naming import worded
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.numbers import cost, rounded, simplest, simplest_whole
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.exponential import Exponential
from lrcli.schedules.polynomial import Polynomial


def mains(rows: FitRows, law: Law, begin: int, first_step: int) -> Iterator[Main]:
    """The schedules of a law that begin at a position: their rows are `rows`."""
    if isinstance(law, Level):
        span = rows.scale(lambda p: 1.0)
        if span is not None:
            yield Main.of(Shape("constant", simplest(*span)), Constant(), begin, first_step)
    elif isinstance(law, Slope):
        yield from line_mains(rows, law, begin, first_step)
    elif isinstance(law, Decay):
        yield from _decay_mains(rows, law, begin, first_step)
    elif isinstance(law, Inverse):
        yield from _inverse_mains(rows, law, begin, first_step)
    elif isinstance(law, Wave):
        yield from _wave_mains(rows, law, begin, first_step)
    elif isinstance(law, Root):
        yield from _root_mains(rows, law, begin, first_step)
    else:
        yield from _power_mains(rows, law, begin, first_step)


def _decay_mains(rows: FitRows, law: Decay, begin: int, first_step: int) -> Iterator[Main]:
    for gamma in rounded(math.exp(law.rate), 13):
        if gamma <= 0:
            continue
        schedule = Exponential(gamma=gamma)
        try:
            span = rows.scale(unit_curve(schedule, begin))
        except OverflowError:
            continue
        if span is not None:
            shape = Shape("exponential", simplest(*span), power=gamma)
            yield Main.of(shape, schedule, begin, first_step, cost(gamma))
            return


def _inverse_mains(rows: FitRows, law: Inverse, begin: int, first_step: int) -> Iterator[Main]:
    exact = begin - law.origin
    if exact <= 0:
        return
    whole = simplest_whole(exact - 1e-3 - 1e-4 * exact, exact + 1e-3 + 1e-4 * exact) or round(exact)
    for length in dict.fromkeys((whole, round(exact), *rounded(exact, 12))):
        shape = Shape("inverse", 1.0, power=law.power, scale=length)
        for lr in _worded_heights(rows, shape, begin) if length > 0 else ():
            extra = 0.5 + (0.0 if law.power == 0.5 else cost(law.power))
            yield Main.of(replace(shape, lr=lr), None, begin, first_step, extra)
            return


def _halves(rows: FitRows, law: Wave, begin: int, first_step: int) -> list[int]:
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


def _wave_mains(rows: FitRows, law: Wave, begin: int, first_step: int) -> Iterator[Main]:
    for half in _halves(rows, law, begin, first_step):
        made = wave_with(rows, half, begin)
        if made is None:
            continue
        for lr, floor in heights(rows, unit_curve(Cosine(T_max=half), begin), made.middle - made.height):
            yield Main.of(
                Shape("cosine", lr, end=half, floor=floor), Cosine(T_max=half, eta_min=floor), begin, first_step
            )


def _root_mains(rows: FitRows, law: Root, begin: int, first_step: int) -> Iterator[Main]:
    """A decay by 1 - the root of what is done: it can only begin where it does."""
    if abs(begin - law.begin) > 0.5:
        return
    for share in (0.0, *FACTORS):
        exact = (law.top * (1 - share) / law.fall) ** 2
        length = simplest_whole(exact * (1 - 1e-4), exact * (1 + 1e-4)) or round(exact)
        if length < rows.p[-1] - begin:
            continue
        for lr in _worded_heights(rows, Shape("root", 1.0, end=length, floor=share), begin):
            shape = Shape("root", lr, end=length, floor=float(f"{lr * share:.12g}"))
            yield Main.of(shape, None, begin, first_step, 0.5)
            return


def _worded_heights(rows: FitRows, unit: Shape, begin: int) -> Iterator[float]:
    """The roundest learning rate of a curve that no class of PyTorch has, if it has the shape of these rows."""
    for schedule in worded(replace(unit, epochs=rows.in_epochs)):
        span = rows.scale(unit_curve(schedule, begin))
        if span is not None:
            yield simplest(*span)
            return


def _power_mains(rows: FitRows, law: Power, begin: int, first_step: int) -> Iterator[Main]:
    near = round(law.end)
    # a long run in few digits leaves the end open
    ends = [end for end in range(near - 30, near + 31) if end > begin and end >= rows.p[-1]]
    ends.sort(key=lambda end: (count_cost(end - begin, begin - first_step, begin), abs(end - near)))
    few = rows.pick(spread(len(rows), 60, 8))
    found = False
    for power in rounded(law.power, 4):
        for end in ends:
            schedule = Polynomial(total_iters=end - begin, power=power)
            unit = unit_curve(schedule, begin)
            if law.floor <= 0 and few.scale(unit) is None:
                continue
            for lr, floor in heights(rows, unit, law.floor if law.floor > 0 else None):
                shape = Shape("power", lr, end=end - begin, floor=floor, power=power)
                yield Main.of(shape, None if floor else schedule, begin, first_step, cost(power))
                found = True
        if found:
            return
