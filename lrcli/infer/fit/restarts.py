"""Cosine annealing with warm restarts: jumps up to the same height, a wave after each."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws.cosine import wave_with
from lrcli.infer.fit.main import heights, unit_curve
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.warmup import ramp, starts
from lrcli.infer.numbers import cost
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.cosine_restarts import CosineRestarts


def restart_candidates(rows: FitRows, found: list[tuple[int, int]]) -> Iterator[Candidate]:
    """Schedules with restarts in these cycles, after a warmup where the run begins with a rise."""
    start, stop = max(found, key=lambda cycle: cycle[1] - cycle[0])
    longest = rows.part(start, stop)
    highest = max(range(len(longest)), key=lambda i: longest.y[i])
    longest = longest.part(highest, len(longest))
    if len(longest) < 3:
        return
    number = found.index((start, stop))
    jumps = [(rows.p[begin - 1] + 1, rows.p[begin]) for begin, _ in found[1:]]
    for begin in _begins(rows, found[0]):
        for factor in (1, 2, 3, 4):
            for earlier in range(1 if begin >= rows.p[0] - 2 else 12):
                for size in _sizes(jumps, begin, factor, earlier):
                    top = begin + _length(size, factor, number + earlier)
                    yield from _from(rows, longest, size * factor ** (number + earlier), top, begin, size, factor)


def _length(size: int, factor: int, cycles: int) -> int:
    """The steps of so many cycles."""
    return size * cycles if factor == 1 else size * (factor**cycles - 1) // (factor - 1)


def _sizes(jumps: list[tuple[int, int]], begin: int, factor: int, earlier: int) -> list[int]:
    """The roundest lengths of the first cycle that put every restart where a jump is."""
    low, high = 1, 10**12
    for i, (after, by) in enumerate(jumps, 1):
        cycles = _length(1, factor, i + earlier)
        low, high = max(low, -(-(after - begin) // cycles)), min(high, (by - begin) // cycles)
    if high - low > 400:
        return []
    return sorted(range(low, high + 1), key=cost)[:60]


def _begins(rows: FitRows, first: tuple[int, int]) -> list[int]:
    """Where the first cycle may begin: at step 0, or at the end of a rise."""
    peak = max(range(*first), key=lambda i: rows.y[i])
    if peak <= first[0]:
        return [start.first_step for start in starts(rows)]
    return list(range(rows.p[peak], max(rows.p[peak - 1], rows.p[peak] - 60), -1))


def _from(
    rows: FitRows, longest: FitRows, half: int, top: int, begin: int, size: int, factor: int
) -> Iterator[Candidate]:
    made = wave_with(longest, half, top)
    if made is None:
        return
    warm = [i for i, p in enumerate(rows.p) if p < begin]
    before = rows.part(0, len(warm))
    for lr, floor in heights(longest, unit_curve(Cosine(T_max=half), top), made.middle - made.height):
        schedule = CosineRestarts(T_0=size, T_mult=factor, eta_min=floor)
        for start in starts(rows):
            if start.first_step > begin:
                continue
            rise = ramp(before, start, begin, lr)
            if rise is None:
                continue
            whole = rise.before(schedule)
            spent = rise.cost + cost(lr) + min(cost(floor), cost(floor / lr)) + cost(size) + 0.5 * (factor - 1)
            shape = None
            if factor == 1:
                count = -(-(rows.p[-1] + 1 - begin) // size)
                shape = rise.shape(Shape("restarts", lr, end=size * count, floor=floor, power=count))
            candidate = Candidate("cosine_restarts", lr, whole, start.first_step, spent, free=rise.free, shape=shape)
            if rows.holds(candidate.at):
                yield candidate
