"""Cosine annealing with warm restarts: jumps up to the same height, half a cosine after each."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate, Main
from lrcli.infer.fit.compose import after_ramps
from lrcli.infer.fit.laws import Drop, Law, wave_of
from lrcli.infer.fit.mains import floor_cost, sized
from lrcli.infer.fit.naming import curves, in_words
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.steps import lengths_between
from lrcli.infer.fit.warmup import starts
from lrcli.infer.limits import NEAR_CYCLE, SLACKS
from lrcli.infer.numbers import cost, simplest_whole


def restart_candidates(rows: FitRows, cycles: list[tuple[int, int]]) -> list[Candidate]:
    """Schedules with restarts in these cycles, after a warmup where the run begins with a rise."""
    return in_words(_restarted(rows, cycles), rows)


def _restarted(rows: FitRows, cycles: list[tuple[int, int]]) -> Iterator[Candidate]:
    jumps = [(rows.at[begin - 1], rows.at[begin]) for begin, _ in cycles[1:]]
    number = max(range(1, len(cycles)), key=lambda i: cycles[i][1] - cycles[i][0])
    longest = rows.part(*cycles[number])
    wave = wave_of(longest)
    known = wave if wave is not None and longest.holds(wave, SLACKS[-1]) else None
    length = wave.length if wave else 0.0
    for begin in _begins(rows, cycles[0], more=known is not None):
        for earlier in range(1 if begin >= rows.at[0] - 2 else 12):
            shapes = [*_whole_cycles(rows, jumps, begin, earlier, length, number + earlier)]
            shapes += _parts_of_run(rows, jumps, begin, length) if not earlier else ()
            for shape in shapes:
                if known is None or _has_wave(shape, known, begin, number + earlier):
                    yield from _with_cycles(rows, begin, shape)


def _has_wave(shape: Shape, wave: Law, begin: int, number: int) -> bool:
    """Whether a cycle of the shape begins and ends about where the wave of its rows does."""
    factor, count = int(shape.scale) or 1, int(shape.power)
    first, near = shape.end / _length(factor, count), 2 + NEAR_CYCLE * wave.length
    edges = (begin + first * _length(factor, cycles) for cycles in (number, number + 1))
    return all(abs(a - b) <= near for a, b in zip(edges, (wave.begin, wave.end), strict=True))


def _begins(rows: FitRows, first: tuple[int, int], more: bool) -> list[int]:
    """Where the first cycle may begin: at step 0, or at the end of a rise; with more of them up to the row after it."""
    peak = max(range(*first), key=lambda i: rows.values[i])
    if peak <= first[0]:
        return [start.first_step for start in starts(rows)]
    at, behind = rows.at[peak], rows.at[peak + 1] if more and peak + 1 < first[1] else rows.at[peak] + 1
    return list(range(min(behind - 1, at + 60), max(rows.at[peak - 1], at - 60), -1))


def _length(factor: int, cycles: int) -> int:
    """The length of so many cycles, in first ones."""
    return sum(factor**k for k in range(cycles))


def _whole_cycles(
    rows: FitRows, jumps: list[Drop], begin: int, earlier: int, length: float, number: int
) -> Iterator[Shape]:
    """Cycles that put every restart where a jump is, each `factor` times the one before.

    They have the roundest lengths, or those that make cycle `number` about as long as it was measured.
    """
    for factor in (1, 2, 3, 4):
        low, high = lengths_between(jumps, begin, [_length(factor, i + earlier) for i, _ in enumerate(jumps, 1)])
        near = round(length / factor**number)
        sizes = [size for size in range(near - 3, near + 4) if low <= size <= high]
        sizes += sorted(range(low, high + 1), key=cost)[:60] if high - low <= 400 else []
        for size in dict.fromkeys(sizes):
            count = len(jumps) + earlier + 1
            while begin + size * _length(factor, count) <= rows.at[-1]:
                count += 1
            end = size * _length(factor, count)
            yield Shape("restarts", 1.0, end=end, power=count, scale=factor if factor > 1 else 0)


def _parts_of_run(rows: FitRows, jumps: list[Drop], begin: int, length: float) -> Iterator[Shape]:
    """Equal parts of a run, of which a cycle need not be a whole number of steps."""
    low = max((after - begin) / i for i, (after, _) in enumerate(jumps, 1))
    high = min((by - begin) / i for i, (_, by) in enumerate(jumps, 1))
    last = rows.at[-1] - begin
    for count in range(len(jumps) + 1, len(jumps) + 4) if low < high else ():
        wholes = ((simplest_whole(count * low + shift, count * high + shift) or 0) - shift for shift in (0, begin))
        for end in dict.fromkeys((last, last + 1, round(length * count), *wholes)):
            if end % count and count * low < end <= count * high and end >= last:
                yield Shape("restarts", 1.0, end=end, power=count)


def _with_cycles(rows: FitRows, begin: int, unit: Shape) -> Iterator[Candidate]:
    """The drafts with these cycles of height 1."""
    warm = bisect_left(rows.at, begin)
    before, inner = rows.part(0, warm), rows.part(warm, len(rows))
    probe = inner.pick(spread(len(inner), 12, 3))
    factor, count = int(unit.scale) or 1, int(unit.power)
    length = unit.end if unit.end % count else math.ceil(unit.end / _length(factor, count))
    if not any(probe.heights(curve) for curve in curves(unit, rows, begin)):
        return
    for shape in sized(inner, unit, begin):
        spent = cost(shape.lr) + floor_cost(shape.floor, shape.lr) + cost(length)
        main = Main(begin, shape, spent + COSTS["longer cycles"] * (factor - 1))
        for start in starts(rows):
            yield from after_ramps(rows, before, main, start)
