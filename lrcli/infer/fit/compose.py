"""From stretches to schedules: a main law, the warmup before it, the flat end after it.

The decay begins where the warmup ends (`composed`), or has begun before it (`clocked`): the warmup's own values stand
before a jump onto the decay or lead up to it, or it is multiplied with the decay.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product

from lrcli.errors import NoValue
from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate, draft
from lrcli.infer.fit.laws import Law, RateAt, line_of
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import curves
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.solve import crossing
from lrcli.infer.fit.warmup import CURVED, LINE, Climb, Ramp, Start, by_factors, climbing, kinks, ramp, starts
from lrcli.infer.limits import FEWEST_WARM, MOST_PRODUCT, MOST_SKIPPED, OPEN_TOP
from lrcli.infer.numbers import cost, short_numbers, simplest_whole, written
from lrcli.infer.usual import WARMUP_SHARES
from lrcli.logs.rounding import shortest32

_MEETS, _PRODUCT = "the warmup ends on the decay", "both are multiplied"
"""How a warmup meets a decay whose clock runs meanwhile, beside a jump at its end."""


def composed(rows: FitRows, segments: list[Segment], *, late: bool = False) -> Iterator[Candidate]:
    """Drafts whose main law is one of the last stretches, everything before it a warmup.

    late: steps were skipped, so some may have been before the first row, too.
    """
    last = segments[-1]
    for segment in reversed(segments[max(len(segments) - 2, 0) : 4]):
        flat = last if segment is not last else None
        if flat is None or (flat.law.kind == "constant" and may_end(segment.law)):
            yield from after_warmup(rows, segment, flat, late=late)


def curved(rows: FitRows, segment: Segment) -> Iterator[Candidate]:
    """Drafts whose main law is the last stretch, and whose warmup is no line."""
    before = rows.values[: segment.start]
    if len(before) >= FEWEST_WARM and segment.stop - segment.start > 1 and list(before) == sorted(before):
        yield from after_warmup(rows, segment, climbs=CURVED)


def after_warmup(
    rows: FitRows,
    segment: Segment,
    flat: Segment | None = None,
    *,
    late: bool = False,
    climbs: tuple[Climb, ...] = (LINE,),
) -> Iterator[Candidate]:
    """Drafts in which `segment` is the main law, all rows before it its warmup and `flat` its end."""
    before, inner = rows.part(0, segment.start), rows.part(segment.start, segment.stop)
    law = segment.law
    begins = starts(rows, _zeros(before))
    if late and not len(before) and flat is None:  # steps may have been skipped before the first row
        skips = (Start(n, COSTS["skipped before"] * (n + 2.5)) for n in range(2, min(40, rows.at[0])))
        begins += sorted(skips, key=lambda start: start.cost + cost(round(law.end) - start.first_step))[:MOST_SKIPPED]
    ramps = climbing(before, begins, climbs)
    warms = len(before) or law.kind != "steps"  # a flat stretch says nothing of a warmup before it
    for begin, start in product(_main_begins(inner, before, law, begins, ramps), begins):
        if start.first_step == begin or (warms and start.first_step < begin):
            for main, climb in product(mains(inner, law, begin, start.first_step), climbs):
                warmup = ramp(before, start, begin, main.lr, climb) if 0 < main.lr < math.inf else None
                yield from _joined(warmup, main, rows, flat) if warmup else ()


def _zeros(before: FitRows) -> tuple[int, ...]:
    """Where the line through the rows of the warmup is 0, if that is a whole position."""
    line = line_of(before) if len(before) else None
    near = round(line.end) if line and line.slope > 0 else None
    return (near,) if line and near is not None and abs(line.end - near) < 0.02 else ()


def _main_begins(inner: FitRows, before: FitRows, law: Law, begins: list[Start], ramps: list[Law]) -> Iterator[int]:
    """Positions at which the main law may begin."""
    first = inner.at[0]
    met = list(kinks(before, ramps, law, first, begins)) if len(before) else [start.first_step for start in begins]
    if law.kind == "cosine":
        near = round(law.begin)
        around = max(2, math.ceil(abs(law.length) * 0.01))
        wholes = (simplest_whole(near - around, near + around, p) for p, _ in begins)
        tops = _tops(law, [*(whole for whole in wholes if whole is not None), *range(near - 3, near + 4), *met])
        yield from dict.fromkeys(top for top in tops if not len(before) or top > before.at[-1])
        return
    if law.kind == "restarts" and len(before):  # the first cycle may be too short to tell
        at, behind = inner.at[:2]
        yield from range(min(behind - 1, at + 60), max(before.at[-1], at - 60), -1)
        return
    if not any(before.values) and (law.kind == "inverse" or (law.kind == "line" and law.slope < 0)):
        yield from (peak for peak in _hidden_peaks(inner, law) if not len(before) or peak > before.at[-1])
    yield from met
    if len(before) and law.kind == "constant":
        yield from (kink + 1 for kink in met if kink < first)  # (t + 1) / W is at the top one step early


def _tops(wave: Law, places: list[int]) -> list[int]:
    """Where the top of a wave may be: at a whole position, or in a log of few digits at one of these near it."""
    near = round(wave.begin)
    is_open = abs(wave.begin - near) > OPEN_TOP
    return [near, *(p for p in places if is_open and abs(p - near) <= max(3, 0.2 * wave.length))]


def _hidden_peaks(inner: FitRows, law: Law) -> Iterator[int]:
    """Where a falling curve has round values before its first row: a warmup that was not logged may end there."""
    first = inner.at[0]
    earliest = min(max(math.floor(law.end) + 1 if law.kind == "inverse" else 0, 0), first)
    low, high = law(first), law(earliest)
    if not 0 < low < high:
        return
    for peak in short_numbers(low, high)[:70]:
        at = crossing(lambda p, peak=peak: law(p) - peak, earliest, first, 1e-9)  # type: ignore[misc]
        near = round(at)
        if 0 < near <= first and abs(at - near) < 0.02 + 1e-7 * abs(at):
            yield near


def _joined(warmup: Ramp, main: Candidate, rows: FitRows, flat: Segment | None, how: str = "") -> Iterator[Candidate]:
    """The draft of a warmup and a main curve, after which the run may be flat.

    how: how both meet where the decay's clock runs during the warmup, "" where it begins after it.
    """
    spent, free, evidence = warmup.cost, [*main.free], []
    late = bool(how) and rows.at[0] < main.first_step
    if warmup.start_factor > 1:
        evidence.append(f"the warmup comes from above: it begins with {warmup.start_factor:g} times the learning rate")
    if warmup.climb != LINE:
        spent += COSTS["curved warmup"]
        evidence += [] if how else [f"the warmup climbs by the power {warmup.climb.power:g} of the step"]
    if how:
        shape = replace(warmup.during(main.shape), meets=how == _MEETS, product=how == _PRODUCT)
        spent += COSTS["product" if shape.product else "clock"]
        line = f"a warmup of {warmup.warmup} steps from {shape.start:g}"
        evidence.append(f"{line}; the decay's clock runs meanwhile: {how}")
    else:
        shape = warmup.before(main.shape)
        zeros = bisect_left(rows.at, main.first_step)
        unseen = bool(warmup.warmup) and not any(rows.values[:zeros])
        spent += COSTS["unseen warmup"] * unseen - _ratio_discount(warmup.warmup, main.shape.end)
        only = "of its rows only that at 0 is" if zeros else "its rows are not"
        free += [f"the warmup: {only} in the log"] if unseen else warmup.free
        if main.kind == "linear" and main.shape.end and rows.at[0] - main.first_step > 0.1 * main.shape.end:
            free.append("lr and where the line begins: its rows fix its end and its slope, lr divided by total_iters")
        if main.kind == "inverse" and warmup.warmup and main.first_step <= rows.at[0]:
            free = [f"lr and the length of the warmup: only lr * length ** {main.shape.power:.4g} is seen"]
    if late:
        evidence.append("the first row repeats: the scheduler is one step late")
    if flat is not None:
        end = _end_at(main, flat, rows)
        if end is None:
            return
        spent += COSTS["flat end"] * (main.kind == "cosine")
        resting = flat.law(0)
        floor = shortest32(resting) if rows.single else written(resting)
        shape = replace(shape, floor=floor, end=(0 if how else warmup.steps) + end, rests=True)
    skipped, spent = (main.first_step,) * late, main.cost + spent
    first_step = warmup.first_step - late
    yield draft(first_step, shape, spent, tuple(free), evidence=tuple(evidence), skipped=skipped)


def may_end(law: Law) -> bool:
    """Whether it is a law that falls to a floor at which a run may go on."""
    return law.kind in ("line", "cosine", "power", "tanh")


def _end_at(main: Candidate, flat: Segment, rows: FitRows) -> int | None:
    """How long the main curve is, if it ends where it meets the flat stretch."""
    value = flat.law(0)
    if main.kind in ("cosine", "cosine_restarts", "polynomial", "tanh"):
        past = main.first_step + main.shape.end > rows.at[flat.start]
        return None if past or abs(value - main.shape.floor) > rows.slack[flat.start] else main.shape.end
    if main.kind != "linear" or main.shape.floor >= main.lr:
        return None
    exact = main.shape.end * (main.lr - value) / (main.lr - main.shape.floor)
    length = simplest_whole(exact - 1e-4 * exact - 1e-6, exact + 1e-4 * exact + 1e-6) or round(exact)
    return length if length >= 1 else None


def _ratio_discount(warmup: int, length: int) -> float:
    """What a warmup costs less that is a usual share of the run."""
    total = warmup + length
    if warmup and length and any(warmup == math.ceil(ratio * total) for ratio in WARMUP_SHARES):
        return max(cost(warmup) - COSTS["usual share"], 0.0)
    return 0.0


def clocked(rows: FitRows, segment: Segment, flat: Segment | None = None) -> Iterator[Candidate]:
    """Drafts whose main law is that of a stretch and began before it; `flat` is its end."""
    for main in clocked_mains(rows, segment):
        before = rows.part(bisect_left(rows.at, main.first_step), segment.start)
        if len(before) < 2 or before.at[0] == before.at[-1]:
            continue
        with suppress(NoValue):  # of a decay at the place where the warmup would meet it
            begins = [Start(main.first_step, 0.0)]
            for how, rising, target in _ways(before, main, rows):
                ends = kinks(rising, climbing(rising, begins), target, rows.at[segment.start], begins)
                lr = target(main.first_step)
                warmups = [ramp(rising, begins[0], end, target(end), lr=lr) for end in ends]
                warmups += by_factors(rising, main.first_step, rows.at[segment.start]) if how == _PRODUCT else ()
                for warmup in warmups:
                    if warmup and warmup.warmup and not warmup.held and warmup.start_factor < 1:
                        yield from _joined(warmup, main, rows, flat, how)


def _ways(before: FitRows, main: Candidate, rows: FitRows) -> Iterator[tuple[str, FitRows, RateAt]]:
    """(how the warmup meets a decay whose clock runs meanwhile, the rows that climb, the curve that they climb to)."""
    decay = next(curves(main.shape, rows, main.first_step), None)
    if before.values[0] < before.values[-1] and main.kind != "constant":
        yield "a jump at its end", before, Law("constant", height=main.lr)
        if decay is not None:
            yield _MEETS, before, lambda p: decay(round(p))
    whole = before.at[0] == rows.at[0] and len(before) <= MOST_PRODUCT
    if decay is not None and whole and min(map(decay, before.at)) > 0:
        yield _PRODUCT, before.over(decay), Law("constant")


def clocked_mains(rows: FitRows, segment: Segment) -> Iterator[Candidate]:
    """The curves of the last stretch that began before it, about where the log does."""
    law = segment.law
    if segment.stop - segment.start < 3 or not segment.start:
        return
    inner = rows.part(segment.start, segment.stop)
    begins = [rows.at[0], rows.at[0] + 1, 0, 1]
    if law.kind == "cosine":
        begins = _tops(law, begins)
    for begin in dict.fromkeys(p for p in begins if p <= rows.at[0] + 1):
        yield from (main for main in mains(inner, law, begin, begin) if main.lr > 0)
