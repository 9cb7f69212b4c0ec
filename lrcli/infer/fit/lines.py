"""From a straight stretch to lines with round numbers: to 0, to a floor, or up to a peak that no row reaches."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.laws import Slope
from lrcli.infer.fit.main import FACTORS, Main, unit_curve
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.numbers import cost, digits, rounded, simplest, simplest_whole
from lrcli.schedules.linear import Linear


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
        line = Linear(start_factor=1.0, end_factor=0.0, total_iters=end - begin)
        span = rows.scale(unit_curve(line, begin))
        if span is not None:
            yield Main.of(Shape("line", simplest(*span), end=end - begin), line, begin, first_step)
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
        end = law.place(lr)
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
        schedule = Linear(start_factor=factor, end_factor=1.0, total_iters=whole)
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
                schedule = Linear(start_factor=1.0, end_factor=factor, total_iters=length)
                shape = Shape("line", lr, end=length, floor=float(f"{factor * lr:.12g}"))
                yield Main.of(shape, schedule, begin, first_step, 0.5)
                found = True
        # the factor at the last row, whatever it is
        length = max(last - begin, 1)
        ends = [1 + slope * length / lr for slope in span]
        factor = simplest(*ends)
        schedule = Linear(start_factor=1.0, end_factor=factor, total_iters=length)
        usual = digits(factor) <= 2  # somebody's end: the line aims at it
        free = () if found or usual else ("where the line ends: only its slope is seen",)
        shape = Shape("line", lr, end=length, floor=float(f"{factor * lr:.12g}"))
        yield Main.of(shape, schedule, begin, first_step, 0.5 if usual else 2.0, free)
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
