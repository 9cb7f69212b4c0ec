"""From rows to candidates: each way of reading them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

from lrcli.frameworks.fitting import Shape
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate, draft
from lrcli.infer.fit.compose import after_warmup, clocked, composed, curved, may_end
from lrcli.infer.fit.cyclic import cyclic_candidates, one_cycle_candidates
from lrcli.infer.fit.dips import dipping, dips_of
from lrcli.infer.fit.laws import Law
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import curves, in_words
from lrcli.infer.fit.phases import phase_candidates
from lrcli.infer.fit.plateau import MetricColumns, plateau_candidates
from lrcli.infer.fit.restarts import restarts_of
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.sampled import between_candidates, sampled_candidates, warming_candidates
from lrcli.infer.fit.segments import Segment, cut, last_stretch, restarts
from lrcli.infer.fit.skipped import late_candidates
from lrcli.infer.fit.steps import Flat, falling, flats
from lrcli.infer.limits import FEWEST_WARM, MOST_CYCLES, SLACKS, UNROUND
from lrcli.infer.numbers import cost, digits, simplest_whole


def candidates(rows: FitRows, searched: FitRows, metrics: MetricColumns) -> Iterator[Candidate]:
    """What the rows may come from, in no order; `searched` are those that candidates are made of."""
    flat = flats(rows)
    if flat is not None and len(flat) > 1:
        stepped = [*_stepped(rows, flat), *plateau_candidates(rows, flat, metrics)]
        yield from stepped
        if stepped and 2 * len(flat) < len(rows):
            return  # it is made of flat stretches: no curve says that better
    if triangles := list(cyclic_candidates(rows)):
        yield from triangles
        return
    if dips := dips_of(searched):
        outside = searched.pick(sorted({*range(len(searched))}.difference(*dips)))
        inner = sorted(candidates(outside, outside, metrics), key=lambda each: each.cost)[:4]
        dipped = in_words((each for decay in inner for each in dipping(searched, dips, decay)), searched)
        yield from dipped
        if dipped:
            return
    if 1 <= len(jumps := restarts(searched)) < MOST_CYCLES:
        restarted = _restarted(searched, jumps)
        yield from restarted
        if restarted:
            return
    if dampened := in_words(_dampened(searched), searched):
        yield from dampened
        return
    for slack in SLACKS:
        segments = cut(searched, slack)
        if segments is None:
            # a warmup that is multiplied with the decay is no stretch of any law
            readings = _under_a_warmup(searched, last_stretch(searched, slack, len(searched)))
        else:
            readings = list(_of_segments(rows, searched, segments))
        yield from readings
        if readings:
            return


def _dampened(rows: FitRows) -> Iterator[Candidate]:
    """Curves under a warmup that never ends: it rises ever more slowly, by a length that its first rows tell."""
    rises = [b - a for a, b in pairwise(rows.values[1:4])]
    even = len({b - a for a, b in pairwise(rows.at[:4])}) == 1 and not rows.at[0]
    if len(rises) < 2 or not even or not 4 * rows.slack[3] < rises[0] - rises[1] < rises[0]:
        return
    near = rows.at[1] / math.log(rises[0] / rises[1])
    periods = dict.fromkeys((1000, round(near), simplest_whole(0.95 * near, 1.05 * near + 1)))
    for ramp, period in [("radam", 1), *(("exp", period) for period in periods if period)]:
        warmup = Shape("constant", 1.0, warmup=period, ramp=ramp, product=True)
        for curve in curves(warmup, rows, 0):
            inner = rows.pick([i for i, p in enumerate(rows.at) if curve(p)]).over(curve)
            law = last_stretch(inner, SLACKS[0], len(inner))
            for main in mains(inner, law.law, 0, 0) if not law.start else ():
                shape = replace(main.shape, warmup=period, ramp=ramp, product=True)
                yield draft(0, shape, main.cost + COSTS["product"] + cost(period), main.free)


def _stepped(rows: FitRows, flats: list[Flat]) -> Iterator[Candidate]:
    """Step decays after the rise that the run begins with, or that have begun to fall before their warmup ends."""
    top = max(range(len(flats)), key=lambda i: flats[i].high)
    law = falling(rows, flats[top:])
    if law is not None:
        # what falls in every row by a factor that nobody wrote is an exponential, of which some rows are logged
        if len(flats) < len(rows) or digits(law.power) < UNROUND:
            yield from _after_a_rise(rows, Segment(flats[top].start, len(rows), law))
        return
    last_rise = max((i for i in range(1, len(flats)) if flats[i].low > flats[i - 1].high), default=0)
    law = falling(rows, flats[last_rise:]) if last_rise > top else None
    if law is not None:
        pairs = pairwise(flats[: last_rise + 1])
        drops = [(rows.at[b.start - 1], rows.at[b.start]) for a, b in pairs if b.high < a.low]
        before = replace(law, height=law.height / law.power ** len(drops), drops=(*drops, *law.drops))
        yield from in_words(clocked(rows, Segment(flats[last_rise].start, len(rows), before)), rows)


def _restarted(rows: FitRows, jumps: list[int]) -> list[Candidate]:
    """Cycles after the rise that the run begins with, or that have begun before it; the run may rest behind them."""
    stop = len(rows)
    while abs(rows.values[stop - 2] - rows.values[-1]) <= rows.slack[-1]:
        stop -= 1
    flat = Segment(stop, len(rows), Law("constant", height=rows.values[-1])) if stop < len(rows) else None
    top = max(range(jumps[0]), key=rows.values.__getitem__)
    last = last_stretch(rows.part(0, jumps[0]), SLACKS[0], jumps[0]).start  # behind a warmup that multiplies it
    for start in dict.fromkeys(i for i in (top, top + 1, last) if i < jumps[0] - 1):
        law = restarts_of(rows.part(start, stop), [i - start for i in jumps if i < stop])
        if restarted := _after_a_rise(rows, Segment(start, stop, law), flat):
            return restarted
    return []


def _after_a_rise(rows: FitRows, segment: Segment, flat: Segment | None = None) -> list[Candidate]:
    return in_words(after_warmup(rows, segment, flat), rows) or in_words(clocked(rows, segment, flat), rows)


def _of_segments(rows: FitRows, searched: FitRows, segments: list[Segment]) -> Iterator[Candidate]:
    last = segments[-1]
    direct = in_words(composed(searched, segments), searched)
    if len(segments) > 1 or last.law.kind == "cosine":
        most_cost = min((each.cost for each in direct), default=math.inf) + COSTS["another answer"]
        direct += islice(one_cycle_candidates(searched, segments, most_cost), 40)
    if len(segments) == 1 and last.law.kind == "cosine":
        direct += between_candidates(searched, last.law)
    elif not direct or last.start < FEWEST_WARM:
        direct += _under_a_warmup(searched, last, is_curved=not direct)
    if not direct and last.law.kind == "constant" and len(segments) > 1 and may_end(segments[-2].law):
        direct += in_words(clocked(searched, segments[-2], last), searched)
    if not direct:
        yield from late_candidates(rows, segments)
        yield from phase_candidates(searched, segments)
    yield from direct


def _under_a_warmup(searched: FitRows, last: Segment, is_curved: bool = True) -> list[Candidate]:
    """Candidates whose last stretch begins under a warmup, or after one that is no line."""
    under = [*in_words(clocked(searched, last), searched), *sampled_candidates(searched, last)]
    if under or not is_curved:
        return under
    return in_words(curved(searched, last), searched) or list(warming_candidates(searched))
