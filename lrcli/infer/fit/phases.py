"""Whatever is no schedule of one name: its stretches, one phase each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from lrcli.expression import Expression
from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS, STARTS
from lrcli.infer.fit.candidate import UNSHAPED, Candidate
from lrcli.infer.fit.laws import Law
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import said
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.warmup import LINE, Climb, Ramp
from lrcli.infer.limits import UNROUND
from lrcli.infer.numbers import cost, digits, simplest, simplest_whole, written
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.constant_lr import ConstantLR
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Chained, Sequential

_ODD = ("the schedule behind these phases: nobody wrote such numbers",)
"""Phases give the rows, but the steps that they count, or their classes, are others."""

_CLIMBS = {"line": LINE, "rise": Climb("cosine")}
"""How the phases climb that may be a warmup."""

_TIGHT = 1e-13
"""How far a number may be moved to be round, where the rows themselves do not say."""


def phase_candidates(rows: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    """The stretches as phases, from step 0 or 1, or from the first row of a log that begins later."""
    first = rows.at[0]
    for begin, spent in {first: COSTS["other start"], **STARTS}.items():
        for round_edges in (True, False) if begin <= first else ():
            tries = _phases(rows, segments, begin, spent, round_edges)
            if held := [phases for phases in tries if rows.holds(phases.at)]:
                yield from held
                break


def _phases(rows: FitRows, segments: list[Segment], begin: int, spent: float, round_edges: bool) -> Iterator[Candidate]:
    """The phases, with a few of the ends that the last one may have."""
    inner = (_edge(rows, left, right, begin, round_edges) for left, right in pairwise(segments))
    edges = [begin, *inner, _end(rows, segments[-1].law, begin)]
    peak = _peak(rows, segments, edges)
    if peak <= 0 or any(start >= stop for start, stop in pairwise(edges)):
        return
    *ways, last_ways = (_ways(rows, segments, i, *span, peak) for i, span in enumerate(pairwise(edges)))
    known = [part for way in ways for part in islice(way, 1)]
    stretches = zip(known, segments, pairwise(edges), strict=False)
    guessed = [part for part, of, (a, b) in stretches if of.stop - of.start == 1 < b - a and part.cost > 4]
    if len(known) < len(ways) or len(guessed) > 1:
        return  # one row tells nothing of those beside it: a factor that nobody wrote is no phase
    spent += cost(peak) + COSTS["phases"] + sum(cost(stop - start) for start, stop in pairwise(edges))
    milestones = tuple(edge - begin for edge in edges[1:-1])
    last_parts: dict[Schedule, Candidate] = {}
    for way in sorted(last_ways, key=lambda way: way.cost):
        last_parts.setdefault(way.schedule, way)
    for last in islice(last_parts.values(), 4):
        parts = [*known, last]
        schedules = tuple(part.schedule for part in parts)
        dampened = len(parts) == 2 and isinstance(schedules[0], ConstantLR) and schedules[1] == Constant()
        schedule = Sequential(schedules, milestones) if milestones and not dampened else schedules[0]
        shape = _shape_of(parts, milestones, peak)
        cost_of_all = spent + sum(part.cost for part in parts)
        shares = {written(rate / peak) for part in parts for rate in (part.shape.lr, part.shape.floor)}
        odd = (digits(peak) >= UNROUND) + sum(cost(share) >= UNROUND for share in shares)
        yield Candidate("phases", peak, begin, cost_of_all, schedule, shape.end, _ODD * (odd > 1), shape=shape)


def _shape_of(parts: list[Candidate], milestones: tuple[int, ...], peak: float) -> Shape:
    """The phases as a shape: a decay after a constant phase, which may follow a warmup, or one after the other."""
    shapes = tuple(part.shape for part in parts)
    if UNSHAPED in shapes:
        return UNSHAPED
    if len(shapes) > 2 and shapes[-1] == Shape("constant", shapes[-2].floor):  # it rests at the floor
        end = milestones[-2] + shapes[-2].end
        return _shape_of(parts[:-1], milestones[:-1], peak) if end == milestones[-1] else UNSHAPED
    *ramps, held, last = (Shape("line", 0.0), *shapes)[-3:]
    if len(parts) < 4 and (held.decay, held.lr, last.lr) == ("constant", peak, peak):
        if len(parts) == 2:
            return Ramp(0, held=milestones[0]).before(last)
        (climb,) = ramps
        if climb.lr < climb.floor == peak and climb.decay in _CLIMBS:
            held_steps = milestones[1] - milestones[0]
            return Ramp(0, milestones[0], climb.lr / peak, held=held_steps, climb=_CLIMBS[climb.decay]).before(last)
    end = (0, *milestones)[-1] + shapes[-1].end if shapes[-1].end else 0
    return Shape("phases", peak, milestones=milestones, parts=shapes, end=end)


def _peak(rows: FitRows, segments: list[Segment], edges: list[int]) -> float:
    """The base LR: the roundest number that a stretch begins or ends with and nothing is much above."""
    highest = max(range(len(rows)), key=lambda i: rows.values[i])
    best = simplest(rows.values[highest] - rows.slack[highest], rows.values[highest] + rows.slack[highest])
    for segment, edge in [*zip(segments, edges, strict=False), *zip(segments, edges[1:-1], strict=False)]:
        value = segment.law(edge)
        noise = max(1e-9 * abs(value), 0.7 * rows.slack[segment.start])
        near = simplest(value - noise, value + noise) if value > noise else 0.0
        if near >= rows.values[highest] - rows.slack[highest] and (digits(near), -near) < (digits(best), -best):
            best = near
    return best


def _end(rows: FitRows, law: Law, begin: int) -> int:
    """Where the last phase ends: where a line is 0, else after the last row."""
    last = rows.at[-1]
    if law.kind == "line" and law.slope < 0:
        zero = law.end
        noise = 2 * rows.slack[-1] / abs(law.slope) + 1e-6 * abs(zero)
        return simplest_whole(max(zero - noise, last), zero + noise, begin) or last + 1
    return last + 1


def _edge(rows: FitRows, left: Segment, right: Segment, begin: int, round_edges: bool) -> int:
    """Where the right stretch begins: where both meet, between the last row of the one and the first of the other."""
    low, high = rows.at[left.stop - 1], rows.at[right.start]
    if left.law.kind == right.law.kind == "constant":
        return simplest_whole(low + 1, high, begin) or high if round_edges else high
    if high - low <= 1:
        return high
    if right.law.kind == "root" and low < right.law.end <= high:
        return round(right.law.end)  # it can only begin where it does
    gaps = [(abs(left.law(p) - right.law(p)), p) for p in range(low + 1, min(high, low + 2000) + 1)]
    gap, met = min(gaps)
    noise = max([1e-9 * rows.peak, *(rows.slack[i] for i in (left.stop - 1, right.start) if round_edges)])
    if gap > noise + 1e-3 * rows.peak:
        return high  # they do not meet: a jump
    near = [p for g, p in gaps if g <= max(noise, gap)]
    return simplest_whole(near[0], near[-1], begin) or met if near and round_edges else met


def _flat_share(rows: FitRows, flat: Segment, peak: float) -> float | None:
    """The value of a flat stretch as a factor of the base LR; None of a stretch that is not flat."""
    span = rows.part(flat.start, flat.stop).scale(lambda p: peak) if flat.law.kind == "constant" else None
    return span and simplest(*span)


def _share(value: float, peak: float, noise: float = 0.0, flat: float | None = None) -> float:
    """A value as a factor of the base LR, as round as the noise allows, or that of the flat stretch that it meets."""
    share = value / peak
    if flat is not None and abs(flat - share) <= 4 * noise / peak + 1e-9:
        return flat
    slack = 0.5 * noise / peak
    if abs(share) < 1e-12 + slack:
        return 0.0
    slack = max(_TIGHT * abs(share), slack)
    return simplest(share - slack, share + slack)


def _ways(rows: FitRows, segments: list[Segment], i: int, start: int, stop: int, peak: float) -> Iterator[Candidate]:
    """What the phase of a stretch may be for a base learning rate of `peak`, the cheapest first."""
    segment, size = segments[i], stop - start
    law, noise = segment.law, max(ends := (rows.slack[segment.start], rows.slack[segment.stop - 1]))
    inner = rows.part(segment.start, segment.stop)

    def phase(schedule: Schedule, spent: float, shape: Shape = UNSHAPED) -> Candidate:
        return Candidate("phase", peak, start, spent + COSTS["phase"], schedule, shape=shape)

    if (flat := _flat_share(rows, segment, peak)) is not None:
        constant: Schedule = Constant() if flat == 1 else ConstantLR(factor=flat, total_iters=size)
        yield phase(constant, cost(flat) * (flat != 1), Shape("constant", written(flat * peak)))
        return
    falls_last = i + 1 == len(segments) and law.kind == "line" and law.slope < 0
    aims = mains(inner, law, start, start) if falls_last or law.kind != "line" else ()
    for main in sorted(aims, key=lambda main: main.cost):
        share = _share(main.lr, peak, noise)
        alone = said(main, inner)
        if alone is None:
            continue
        schedule = alone.schedule
        if share != 1 and isinstance(schedule, Linear):
            schedule = replace(schedule, start_factor=share, end_factor=schedule.end_factor * share)
        elif share != 1:
            if isinstance(schedule, Cosine):
                schedule = replace(schedule, eta_min=written(schedule.eta_min / share))
            elif main.shape.floor:
                continue
            schedule = Chained((ConstantLR(factor=share, total_iters=size), schedule))
        yield phase(schedule, main.cost + (share != 1), main.shape)
    before, behind = ([_flat_share(rows, beside, peak) for beside in segments[k : k + 1]] for k in (i - 1, i + 1))
    for left, right in ((noise, noise), ends) if law.kind == "line" else ():
        first, last = _share(law(start), peak, left, *before), _share(law(stop), peak, right, *behind)
        shape = Shape("line", written(first * peak), end=size, floor=written(last * peak))
        line = phase(Linear(start_factor=first, end_factor=last, total_iters=size), cost(first) + cost(last), shape)
        # the line may have been below 0 where no row is
        if min(first, last) >= 0 and ((left, right) == ends or inner.holds(line.at)):
            yield line
    half, top = round(law.length), law.begin - start
    rises = law.kind == "cosine" and max(abs(law.length - size), abs(abs(top) - size)) < 1e-3 * size
    # a wave that does not begin at its top: no class is one; one of no whole length is none that anybody wrote
    if rises or (law.kind == "cosine" and abs(law.length - half) <= 1e-6 * half):
        half, top = (size, -size) if rises else (half, round(top) if abs(top - round(top)) < 1e-6 * half else top)
        low, high = _share(law.floor, peak, noise), _share(law.floor + law.height, peak, noise, *behind)
        middle, height = written((low + high) / 2), written((high - low) / 2)
        text = f"{middle!r} + {height!r} * cos(pi * (epoch - {float(top)!r}) / {half})".replace("- -", "+ ")
        shape = Shape("rise", written(low * peak), end=size, floor=written(high * peak)) if rises else UNSHAPED
        code = Lambda(lr_lambda=Expression(text))
        yield phase(code, sum(map(cost, (half, middle, height, top))) + COSTS["code"], shape)
