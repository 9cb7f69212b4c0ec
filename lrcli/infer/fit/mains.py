"""From a law with real-valued parameters to curves with round numbers that begin at a given position.

The lengths come first: whole numbers near the law's own, the round ones among them. A curve of such a length is known
but for its peak and its floor, in which it is linear: they are the roundest that the rows leave.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import islice

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Main
from lrcli.infer.fit.laws import Decay, Law, Level, Power, Slope
from lrcli.infer.fit.naming import curves
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.steps import Falling, step_mains
from lrcli.infer.fit.warmup import Start, ramp
from lrcli.infer.fit.wave import Wave
from lrcli.infer.numbers import cost, digits, rounded, simplest, simplest_whole
from lrcli.infer.usual import FLOOR_SHARES


def mains(rows: FitRows, law: Law | Falling, begin: int) -> Callable[[int], Iterator[Main]]:
    """The curves of a law that begin at a position, by the run's step 0: it bears on which lengths are round."""
    return partial(_mains, rows, law, begin, cache(partial(_ended, rows, law, begin)))


EndedShapes = Callable[[Shape], Callable[[int], Iterator[Shape]]]


def _mains(rows: FitRows, law: Law | Falling, begin: int, ended: EndedShapes, first_step: int) -> Iterator[Main]:
    def main(shape: Shape, extra: float = 0.0, free: tuple[str, ...] = ()) -> Main:
        spent = cost(shape.lr) + extra + (floor_cost(shape.floor, shape.lr) if shape.floor else 0.0)
        for length in (shape.end, shape.scale):
            spent += _length_cost(length, begin - first_step, begin) if length else 0.0
        return Main(begin, shape, spent, free)

    if isinstance(law, Level):
        if span := rows.scale(lambda p: 1.0):
            yield main(Shape("constant", simplest(*span)))
    elif isinstance(law, Falling):
        yield from step_mains(rows, law, begin, first_step)
    elif isinstance(law, Decay):
        shapes = (
            Shape("exponential", 1.0, power=gamma) for gamma in rounded(math.exp(law.line.slope), 13) if gamma > 0
        )
        yield from (main(shape, cost(shape.power)) for shape in _scaled(rows, shapes, begin))
    elif isinstance(law, Power) and law.factor < 0:
        if abs(begin - law.end) <= 0.5:  # it can only begin where it does
            yield from (
                main(shape, COSTS["rare decay"]) for shape in _scaled(rows, _root_shapes(rows, law, begin), begin)
            )
    elif isinstance(law, Power) and law.power < 0:
        extra = COSTS["rare decay"] + (0.0 if law.power == -0.5 else cost(-law.power))
        yield from (main(shape, extra) for shape in _scaled(rows, _inverse_shapes(law, begin), begin))
    elif isinstance(law, Slope):
        if law.slope > 0:
            yield from _rising(rows, law, begin)
        lines = list(ended(Shape("line", 1.0))(first_step)) if law.slope < 0 else []
        yield from map(main, lines)
        if not lines or abs(law.end - round(law.end)) >= 1e-3:
            yield from (main(*line) for line in _lines_to_floor(rows, law, begin))
    elif isinstance(law, Wave):
        yield from map(main, ended(Shape("cosine", 1.0))(first_step))
    else:
        for power in rounded(law.power, 4):
            if curves := list(ended(Shape("power", 1.0, power=power))(first_step)):
                yield from (main(shape, cost(power)) for shape in curves)
                return


def _length_cost(n: float, *before: int) -> float:
    """The cost of a length, or of the position at which it ends, whichever is rounder."""
    return min(cost(n), *(COSTS["end instead"] + cost(n + more) for more in before))


def floor_cost(floor: float, lr: float) -> float:
    """The cost of a floor, or of the share that it is, whichever is rounder."""
    return min(cost(floor), cost(floor / lr))


def _scaled(rows: FitRows, shapes: Iterable[Shape], begin: int) -> Iterator[Shape]:
    """The first of the shapes, of height 1, that the rows have, with its learning rate."""
    for shape in shapes:
        for unit in curves(shape, rows, begin):
            try:
                span = rows.scale(unit)
            except OverflowError:
                continue
            if span is not None:
                lr = simplest(*span)
                yield replace(shape, lr=lr, floor=float(f"{lr * shape.floor:.12g}"))
                return


def _inverse_shapes(law: Power, begin: int) -> Iterator[Shape]:
    exact = begin - law.end
    if exact > 0:
        near = 1e-3 + 1e-4 * exact
        whole = simplest_whole(exact - near, exact + near) or round(exact)
        for length in dict.fromkeys((whole, round(exact), *rounded(exact, 12))):
            if length > 0:
                yield Shape("inverse", 1.0, power=-law.power, scale=length)


def _root_shapes(rows: FitRows, law: Power, begin: int) -> Iterator[Shape]:
    for share in (0.0, *FLOOR_SHARES):
        exact = (law.floor * (1 - share) / law.factor) ** 2
        length = simplest_whole(exact * (1 - 1e-4), exact * (1 + 1e-4)) or round(exact)
        if length >= rows.at[-1] - begin:
            yield Shape("root", 1.0, end=length, floor=share)


def _ended(rows: FitRows, law: Law | Falling, begin: int, unit: Shape) -> Callable[[int], Iterator[Shape]]:
    """The curves of this kind that end about where the law does; a line falls to 0, the others to any floor."""
    assert isinstance(law, (Slope, Wave, Power))
    probe = rows.pick(spread(len(rows), 60, 8))
    to_zero = isinstance(law, Slope) or (isinstance(law, Power) and law.floor <= 0)
    least = 1 if isinstance(law, Wave) else rows.at[-1] - begin + (to_zero and rows.values[-1] > rows.slack[-1])

    def curve(length: int) -> Callable[[int], float]:
        return next(curves(replace(unit, end=length), rows, begin))

    @cache
    def fits(length: int) -> bool:
        if length < max(least, 1):
            return False
        return (probe.scale(curve(length), 1.5) if to_zero else probe.heights(curve(length))) is not None

    @cache
    def of_length(length: int) -> list[Shape]:
        falling = curve(length)
        near = None if to_zero else rows.heights(falling)
        return [replace(unit, lr=lr, end=length, floor=floor) for lr, floor in heights(rows, falling, near and near[0])]

    def by_step_0(first_step: int) -> Iterator[Shape]:
        for length in whole_lengths(law.end - begin, (0, begin - first_step, begin), fits):
            yield from of_length(length)

    return by_step_0


def whole_lengths(exact: float, shifts: Iterable[int], fits: Callable[[int], bool]) -> list[int]:
    """The whole lengths that fit: those that are round, or with one of the shifts added, and the nearest."""
    near = round(exact)
    if abs(near - exact) < 1e-6 * abs(exact):
        return [near] if fits(near) else []
    edges = []
    for sign in (-1, 1):
        step = 1
        while step < 0.5 * near and fits(near + sign * step):
            step *= 2
        edges.append(near + sign * step)
    lengths = []
    for shift in dict.fromkeys(shifts):
        low, high = edges[0] + shift, edges[1] + shift
        for _ in range(3):
            whole = simplest_whole(low, high)
            if whole is None:
                break
            if fits(whole - shift):
                lengths.append(whole - shift)
                break
            low, high = (whole + 1, high) if whole < near + shift else (low, whole - 1)
    if near not in lengths and fits(near):
        lengths.append(near)
    return list(dict.fromkeys(lengths))


def heights(rows: FitRows, unit: Callable[[int], float], floor: float | None) -> Iterator[tuple[float, float]]:
    """(peak, floor) of a curve that falls from 1 to 0 as `unit` does, the roundest; its floor is near `floor`."""
    span = rows.scale(unit)
    if span is not None:
        yield simplest(*span), 0.0
    if span is not None or floor is None:
        return
    for factor in (*FLOOR_SHARES, 1 / 3, 2 / 3):
        span = rows.scale(lambda p, factor=factor: factor + (1 - factor) * unit(p))  # type: ignore[misc]
        if span is not None:
            lr = simplest(*span)
            yield lr, float(f"{lr * factor:.12g}")
            return
    for low in rounded(floor, 15):
        span = rows.minus(Level(low, low)).scale(unit) if 0 < low < rows.peak else None
        if span is not None:
            yield simplest(span[0] + low, span[1] + low), low
            return


def _rising(rows: FitRows, law: Slope, begin: int) -> list[Main]:
    """A warmup that does not end before the log does: the peak and its length are the roundest that fit."""
    last = rows.at[-1]
    power = math.floor(math.log10(max(law(last), 1e-300)))
    free = ("the peak and the length of the warmup: the run ends in it, only its slope is seen",)
    warmups: list[Main] = []
    for lr in dict.fromkeys(float(f"{lead}e{power - 1 + more}") for more in range(4) for lead in range(10, 100)):
        length = law.place(lr) - begin
        width = 1e-7 * length + 4 * rows.slack[-1] / law.slope
        whole = simplest_whole(length - width, length + width) if length >= last - begin - 1e-6 else None
        warmup = ramp(rows, Start(begin, 0.0), begin + whole, lr) if whole else None
        if warmup is not None and not warmup.held and warmup.start_factor < 1:
            warmups.append(Main(begin, warmup.before(Shape("constant", lr)), cost(lr) + warmup.cost, free))
    return sorted(warmups, key=lambda main: main.cost)[:3]


def _lines_to_floor(rows: FitRows, law: Slope, begin: int) -> Iterator[tuple[Shape, float, tuple[str, ...]]]:
    """(shape, cost, what is open) of a line that does not aim at 0 at a whole position: it ends at another factor."""
    least = max(rows.at[-1] - begin, 1)
    sign = 1 if law.slope > 0 else -1

    def line(lr: float, factor: float, length: int) -> Shape:
        return Shape("line", lr, end=length, floor=float(f"{factor * lr:.12g}"))

    spans = ((lr, _slopes(rows, begin, lr, sign)) for lr in rounded(law(begin), 6) if lr > 0)
    for lr, (low, high) in islice(((lr, span) for lr, span in spans if span), 2):
        aims = []
        # transformers' polynomial decay ends at 1e-7 unless told otherwise
        for factor in (*FLOOR_SHARES, float(f"{1e-7 / lr:.12g}")) if law.slope < 0 else ():
            shortest, longest = sorted((lr * (factor - 1) / low if low else math.inf, lr * (factor - 1) / high))
            length = simplest_whole(max(shortest, least), min(longest, 1e12))
            aims += [line(lr, factor, length)] if length else []
        yield from ((shape, COSTS["floor"], ()) for shape in aims)
        # the factor at the last row, whatever it is
        factor = simplest(*sorted((1 + low * least / lr, 1 + high * least / lr)))
        usual = digits(factor) <= 2  # somebody's end: the line aims at it
        free = () if aims or usual else ("where the line ends: only its slope is seen",)
        yield line(lr, factor, least), COSTS["floor" if usual else "open floor"], free


def _slopes(rows: FitRows, begin: int, lr: float, sign: int) -> tuple[float, float] | None:
    """The interval of slopes of a line that is at lr at `begin`, up or down; None if no such line gives the rows."""
    span = replace(rows, values=[sign * (y - lr) for y in rows.values]).scale(lambda p: p - begin)
    return span and (sign * span[0], sign * span[1])
