"""Warm restarts: half a cosine in each cycle, whose length and height may change from one to the next."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import NamedTuple

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.laws import Drop, Law, wave_of
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.steps import lengths_between
from lrcli.infer.limits import FEWEST_OF_WAVE, NEAR_CYCLE, SLACKS
from lrcli.infer.numbers import cost, digits, floor_cost, geometric, rounded, simplest, simplest_whole, written


def restarts_of(rows: FitRows, begins: Sequence[int]) -> Law:
    """The law of rows with a restart at each of these indices: the wave of the first cycle, and its jumps."""
    parts = _parts(rows, [rows.at[i] for i in begins])
    waves = tuple(wave if wave and part.holds(wave, SLACKS[-1]) else None for part in parts for wave in [wave_of(part)])
    first = waves[0] or Law("cosine", rows.at[0], 2.0 * (parts[0].at[-1] - rows.at[0] + 1), height=rows.values[0])
    drops = tuple((rows.at[i - 1], rows.at[i]) for i in begins)
    return Law("restarts", first.begin, first.length, floor=first.floor, height=first.height, drops=drops, waves=waves)


def _parts(rows: FitRows, edges: Sequence[int]) -> list[FitRows]:
    """The rows of each cycle, of which each but the first begins at one of these positions."""
    splits = [0, *(bisect_left(rows.at, at) for at in edges), len(rows)]
    return [rows.part(start, stop) for start, stop in pairwise(splits)]


class Cycles(NamedTuple):
    """Where each cycle begins, and the last one ends; by what each is longer, 0 where their lengths are their own."""

    edges: Sequence[float]
    factor: float = 1.0

    @property
    def lengths(self) -> list[float]:
        """The length of each."""
        return [after - before for before, after in pairwise(self.edges)]

    @property
    def cost(self) -> float:
        """How much there is to say about their lengths; parts of a run need not be whole."""
        if not self.factor:
            return sum(map(cost, self.lengths))
        size = self.lengths[0] if not self.lengths[0] % 1 else self.edges[-1] - self.edges[0]
        return cost(size) + COSTS["longer cycles"] * (self.factor - 1)


def restart_shapes(rows: FitRows, law: Law, begin: int) -> Iterator[tuple[Shape, float]]:
    """(shape, cost) of the cycles from a position on, also with some before the rows: the roundest lengths first."""
    parts = _parts(rows, [by for _, by in law.drops])
    if not any(law.waves) and max(map(len, parts)) > FEWEST_OF_WAVE:
        return  # these are no cosines
    for earlier in range(1 if begin >= rows.at[0] - 2 else 12):
        ways = [*_multiples(rows, law, begin, earlier), *([] if earlier else _parts_of_run(rows, law, begin))]
        shapes = [shape for way in ways if _has_waves(way, law, earlier) for shape in _sized(parts, way, earlier)]
        if not shapes and not earlier and (own := _own_lengths(rows, law, begin)) is not None:
            shapes += _sized(parts, own, 0)
        yield from shapes


def _has_waves(cycles: Cycles, law: Law, earlier: int) -> bool:
    """Whether the cycles begin and end about where the waves of their rows do."""
    spans = zip(law.waves[:-1], pairwise(cycles.edges[earlier:]), strict=False)  # the last one may be cut short
    known = [(wave, max(abs(wave.begin - low), abs(wave.end - high))) for wave, (low, high) in spans if wave]
    return all(gap <= 2 + NEAR_CYCLE * wave.length for wave, gap in known)


def _multiples(rows: FitRows, law: Law, begin: int, earlier: int) -> Iterator[Cycles]:
    """Cycles that put every restart where a jump is, each `factor` times as long as the one before.

    They have the roundest lengths, or those that make a cycle about as long as it was measured. A framework may cut
    each to whole steps, or leave the step of a restart to the cycle before.
    """
    drops = [(after - 1, by) for after, by in law.drops]
    known = [(number, wave) for number, wave in enumerate(law.waves, earlier) if wave]
    known = known[: len(drops)] or known  # the last one may be cut short
    number, longest = max(known, key=lambda each: each[1].length, default=(0, None))
    factors = [1.0, 2.0, 3.0, 4.0, 1.5, 1.25, 1.2, 1.1]
    for (i, shorter), (k, longer) in pairwise(known):
        exact = (longer.length / shorter.length) ** (1 / (k - i))
        factors += [near for near in rounded(exact, 3) if digits(near) <= 3 and abs(near - exact) < NEAR_CYCLE * exact]
    for factor in dict.fromkeys(factors):
        totals = [*accumulate((factor**i for i in range(len(drops) + earlier + 40)), initial=0.0)]
        low, high = lengths_between(drops, begin, totals[earlier + 1 : earlier + 1 + len(drops)])
        near = round(longest.length / factor**number) if longest else 0
        sizes = [size for size in range(near - 3, near + 4) if low <= size <= high]
        sizes += sorted(range(low, high + 1), key=cost)[:60] if high - low <= 400 else []
        for size in dict.fromkeys(sizes):
            count = len(drops) + earlier + 1
            while begin + size * totals[count] < rows.at[-1] and count < len(totals) - 1:
                count += 1
            edges = [begin + size * total for total in totals[: count + 1]]
            yield Cycles(edges, factor)
            if factor % 1:
                lengths = [size]
                while len(lengths) < count:
                    lengths.append(int(lengths[-1] * factor))
                yield Cycles([*accumulate(lengths, initial=begin)], factor)


def _parts_of_run(rows: FitRows, law: Law, begin: int) -> Iterator[Cycles]:
    """Equal parts of a run, of which a cycle need not be a whole number of steps."""
    low = max((after - begin) / i for i, (after, _) in enumerate(law.drops, 1))
    high = min((by - begin) / i for i, (_, by) in enumerate(law.drops, 1))
    last, length = rows.at[-1] - begin, max((wave.length for wave in law.waves if wave), default=0.0)
    for count in range(len(law.drops) + 1, len(law.drops) + 4) if low < high else ():
        wholes = ((simplest_whole(count * low + shift, count * high + shift) or 0) - shift for shift in (0, begin))
        for end in dict.fromkeys((last, last + 1, round(length * count), *wholes)):
            if end % count and count * low < end <= count * high and end >= last:
                yield Cycles([begin + end / count * i for i in range(count + 1)])


def _own_lengths(rows: FitRows, law: Law, begin: int) -> Cycles | None:
    """Cycles of lengths of their own, each as its wave has it; None where a cycle has no wave."""
    edges = [begin]
    drops: list[Drop] = [*law.drops, (rows.at[-1], 10**15)]
    for wave, (after, by) in zip(law.waves, drops, strict=True):
        if wave is None:
            return None
        near = 2 + NEAR_CYCLE * wave.length if abs(wave.end - round(wave.end)) > 1e-6 * wave.length else 0.5
        low, high = max(after, wave.end - near), min(by, wave.end + near)
        length = simplest_whole(low - edges[-1], high - edges[-1])
        if not length or length < 1:
            return None
        edges.append(edges[-1] + length)
    return Cycles(edges, 0.0)


def _sized(parts: Sequence[FitRows], cycles: Cycles, earlier: int) -> Iterator[tuple[Shape, float]]:
    """(shape, cost) of cycles with the roundest heights that give the rows of each."""
    seen = [Law("cosine", low, high - low) for low, high in pairwise(cycles.edges[earlier:])][: len(parts)]
    if parts[0].loose:  # the place in a cycle is what is left of the number of cycles
        parts = [replace(part, slack=[len(cycles.edges) * slack for slack in part.slack]) for part in parts]
    number = max(range(len(parts)), key=lambda i: len(parts[i]))
    for floor, share in (*parts[number].floors(seen[number]), *_shares(parts[0], seen[0])):
        spans = []
        for part, unit in zip(parts, seen, strict=True):
            rest = part.minus(lambda p, floor=floor: floor) if floor else part  # type: ignore[misc]
            span = rest.scale(lambda p, unit=unit, share=share: share + (1 - share) * unit(p))  # type: ignore[misc]
            if span is None:
                break
            spans.append(span)
        if len(spans) == len(parts):
            for tops, spent in _heights(spans, floor, earlier, len(cycles.edges) - 1):
                if written(tops[0]) > floor:
                    yield _shape(cycles, tops, floor, share), cycles.cost + spent + cost(share or floor)
            return


def _shares(part: FitRows, unit: Law) -> Iterator[tuple[float, float]]:
    """(0, the share of the first top that its floor is), for a floor that shrinks with the tops."""
    floor, height = part.heights(unit) or (0.0, 0.0)
    yield from ((0.0, low / float(f"{floor + height:.6g}")) for low in rounded(floor, 6) if 0 < low < height)


def _heights(
    spans: Sequence[tuple[float, float]], floor: float, earlier: int, count: int
) -> Iterator[tuple[tuple[float, ...], float]]:
    """(the tops of all cycles, cost) from the intervals of their heights above a floor.

    All alike, or times one factor from cycle to cycle, with the floor or above it; else the roundest weight of each.
    """
    seen = set()
    for low_end in dict.fromkeys((floor, 0.0)):  # what the factor leaves alone
        raised = [(low + floor - low_end, high + floor - low_end) for low, high in spans]
        exponents = range(earlier, earlier + len(spans))
        if (found := geometric(raised, exponents)) is not None:
            (low, high), factor = found
            lr = simplest(low + low_end, high + low_end)
            tops = tuple(low_end + (lr - low_end) * factor**i for i in range(count))
            if tops not in seen:
                seen.add(tops)
                yield tops, cost(lr) + cost(factor) * (factor != 1)
    lr = simplest(spans[0][0] + floor, spans[0][1] + floor)
    if lr > floor and not earlier and len(spans) == count:
        weights = [simplest(low / (lr - floor), high / (lr - floor)) for low, high in spans]
        yield tuple(floor + (lr - floor) * weight for weight in weights), cost(lr) + sum(map(cost, weights))
        if floor:
            tops = tuple(simplest(low + floor, high + floor) for low, high in spans)
            yield tops, cost(lr) + sum(floor_cost(top, lr) for top in tops)


def _shape(cycles: Cycles, tops: tuple[float, ...], floor: float, share: float) -> Shape:
    """The shape of cycles with these tops, above one floor or one that is a share of each top."""
    begin, *inner, end = cycles.edges
    rates = [(written(top), floor or written(share * top)) for top in tops]
    (lr, low), factor = rates[0], cycles.factor if cycles.factor != 1 else 0.0
    shape = Shape("restarts", lr, end=round(end - begin), floor=low, power=len(tops), scale=factor)
    if len({*rates}) == 1 and cycles.factor and not cycles.factor % 1:
        return shape
    each = zip(rates, cycles.lengths, strict=True)
    parts = tuple(Shape("cosine", top, end=round(length), floor=low) for (top, low), length in each)
    return replace(shape, parts=parts, milestones=tuple(math.ceil(edge - begin) for edge in inner))
