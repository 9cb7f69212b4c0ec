"""From a law with real-valued parameters to curves with round numbers that begin at a given position.

The lengths come first: whole numbers near the law's own, the round ones among them. A curve of such a length is known
but for its peak and its floor, in which it is linear: they are the roundest that the rows leave.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate, draft
from lrcli.infer.fit.laws import Law
from lrcli.infer.fit.naming import curves
from lrcli.infer.fit.restarts import restart_shapes
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.steps import step_shapes
from lrcli.infer.fit.warmup import Start, ramp
from lrcli.infer.numbers import cost, digits, floor_cost, rounded, short_numbers, simplest, simplest_whole, written
from lrcli.infer.usual import FLOOR_SHARES


def mains(rows: FitRows, law: Law, begin: int, first_step: int) -> Iterator[Candidate]:
    """The curves of a law that begin at a position, as drafts; the run's step 0 bears on which lengths are round."""
    if law.kind == "tanh" and rows.at[0] == begin:  # the first row is another one with a warmup than without
        rows = rows.part(1, len(rows))
    to_zero = law.kind not in ("cosine", "power", "tanh") or law.floor <= 0

    def sizes(unit: Shape) -> list[Shape]:
        return rows.once(sized, unit, begin, to_zero)

    def main(shape: Shape, extra: float = 0.0, free: tuple[str, ...] = ()) -> Candidate:
        spent = cost(shape.lr) + extra + (floor_cost(shape.floor, shape.lr) if shape.floor else 0.0)
        for length in (shape.end, shape.scale if shape.decay == "inverse" else 0):
            spent += _length_cost(length, begin - first_step, begin) if length else 0.0
        if shape.decay in ("exponential", "power", "steps") or (shape.decay == "inverse" and shape.power != 0.5):
            spent += cost(shape.power)
        return draft(begin, shape, spent + COSTS["rare decay"] * (shape.decay in ("inverse", "root")), free)

    def ended(unit: Shape) -> list[Shape]:
        """The shapes that end about where the law does, at a whole position."""
        shifts = (0, begin - first_step, begin)
        lengths = whole_lengths(law.end - begin, shifts, lambda n: n > 0 and bool(sizes(replace(unit, end=n))))
        return [replace(unit, end=length) for length in lengths]

    units: Sequence[Shape] = ()
    if law.kind == "restarts":
        yield from rows.once(_cycles, law, begin)
    elif law.kind == "steps":
        for unit, extra, free in step_shapes(rows, law, begin, first_step):
            yield from (main(shape, extra, free) for shape in sizes(unit))
    elif law.kind in ("cosine", "tanh") or (law.kind == "line" and law.slope < 0):
        units = ended(Shape(law.kind, 1.0))
    elif law.kind == "power":
        powers = (ended(Shape("power", 1.0, power=power)) for power in rounded(law.power, 4))
        units = next(filter(None, powers), [])
    else:
        first = next(filter(None, map(sizes, _units(rows, law, begin))), ())
        yield from map(main, first)
    if law.kind == "cosine" and not units and law.length < 0.6 * (rows.at[-1] - rows.at[0]):
        waves = (Shape("waves", 1.0, end=round(n * law.length), power=n) for n in range(2, 12))
        units = [*islice(filter(sizes, waves), 1)]
    found = [main(shape) for unit in units for shape in sizes(unit)]
    yield from found
    if law.kind == "line":
        yield from _rising(rows, law, begin) if law.slope > 0 else ()
        if not found or rows.single or abs(law.end - round(law.end)) >= 1e-3:
            yield from (main(*line) for line in _lines_to_floor(rows, law, begin))


def _cycles(rows: FitRows, law: Law, begin: int) -> list[Candidate]:
    return [draft(begin, shape, spent) for shape, spent in restart_shapes(rows, law, begin)]


def _units(rows: FitRows, law: Law, begin: int) -> Iterator[Shape]:
    """The shapes of height 1 of a law that does not end in the run; the first one that the rows have is taken."""
    if law.kind == "constant":
        yield Shape("constant", 1.0)
    elif law.kind == "exponential":
        gammas = rounded(law.rule(1 / law.length), 13)
        yield from (Shape("exponential", 1.0, power=gamma) for gamma in gammas if gamma > 0)
    elif law.kind == "inverse" and (exact := begin - law.end) > 0:
        near = 1e-3 + 1e-4 * exact
        whole = simplest_whole(exact - near, exact + near) or round(exact)
        lengths = dict.fromkeys((whole, round(exact), *rounded(exact, 12)))
        yield from (Shape("inverse", 1.0, power=law.power, scale=length) for length in lengths if length > 0)
    elif law.kind == "root" and abs(begin - law.end) <= 0.5:  # it can only begin where it does
        roots: list[tuple[float, int]] = []
        for share in (0.0, *FLOOR_SHARES):
            exact = (law.floor * (1 - share) / law.height) ** 2 * -law.length
            roots += ((share, simplest_whole(exact * (1 - d), exact * (1 + d)) or round(exact)) for d in (1e-4, 3e-3))
        for share, length in sorted(roots, key=lambda root: cost(root[0]) + cost(root[1])):
            if length >= rows.at[-1] - begin:
                yield Shape("root", 1.0, end=length, floor=share)


def _length_cost(n: float, *before: int) -> float:
    """The cost of a length, or of the position at which it ends, whichever is rounder."""
    return min(cost(n), *(COSTS["end instead"] + cost(n + more) for more in before))


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
        low, high = edges
        for _ in range(3):
            whole = simplest_whole(low, high, -shift)
            if whole is None or fits(whole):
                lengths.append(whole)
                break
            low, high = (whole + 1, high) if whole < near else (low, whole - 1)
    wholes = [*lengths, near if fits(near) else None]
    return list(dict.fromkeys(whole for whole in wholes if whole is not None))


def sized(rows: FitRows, unit: Shape, begin: int, to_zero: bool = False) -> list[Shape]:
    """A shape of height 1 with the roundest amplitudes that give the rows; with another floor unless `to_zero`."""
    for curve in curves(unit, rows, begin):
        for floor, share in [(0.0, 0.0)] if to_zero else rows.floors(curve):
            rest = rows.minus(lambda p, floor=floor: floor) if floor else rows  # type: ignore[misc]
            lifted = (lambda p, share=share, curve=curve: share + (1 - share) * curve(p)) if share else curve
            with suppress(OverflowError):
                if span := rest.scale(lifted):
                    lr = simplest(span[0] + floor, span[1] + floor)
                    return [replace(unit, lr=lr, floor=floor or written(lr * (share or unit.floor)))]
    return []


def _rising(rows: FitRows, law: Law, begin: int) -> list[Candidate]:
    """A warmup that does not end before the log does: the peak and its length are the roundest that fit."""
    least, top = rows.at[-1] - begin, law(rows.at[-1])
    free = ("the peak and the length of the warmup: the run ends in it, only its slope is seen",)
    peaks: list[tuple[float, float, int]] = []
    for lr in short_numbers((1 - 1e-6) * top, 1e3 * top) if top > 0 else ():
        length = max(law.place(lr) - begin, least)
        width = 1e-7 * length + 4 * rows.slack[-1] / law.slope
        whole = simplest_whole(length - width, length + width)
        peaks += [(cost(lr) + cost(whole), lr, whole)] if whole else []
    ramps = ((lr, ramp(rows, Start(begin, 0.0), begin + whole, lr)) for _, lr, whole in sorted(peaks))
    warmups = ((lr, warmup) for lr, warmup in ramps if warmup and not warmup.held and warmup.start_factor < 1)
    drafts = [draft(begin, up.before(Shape("constant", lr)), cost(lr) + up.cost, free) for lr, up in islice(warmups, 8)]
    return sorted(drafts, key=lambda main: main.cost)[:3]


def _lines_to_floor(rows: FitRows, law: Law, begin: int) -> Iterator[tuple[Shape, float, tuple[str, ...]]]:
    """(shape, cost, what is open) of a line that does not aim at 0 at a whole position: it ends at another factor."""
    least = max(rows.at[-1] - begin, 1)
    sign = 1 if law.slope > 0 else -1

    def line(lr: float, factor: float, length: int) -> Shape:
        return Shape("line", lr, end=length, floor=written(factor * lr))

    spans = ((lr, _slopes(rows, begin, lr, sign)) for lr in rounded(written(law(begin)), 6) if lr > 0)
    for lr, (low, high) in islice(((lr, span) for lr, span in spans if span), 2):
        aims = []
        # transformers' polynomial decay ends at 1e-7 unless told otherwise
        for factor in (*FLOOR_SHARES, written(1e-7 / lr)) if law.slope < 0 else ():
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
