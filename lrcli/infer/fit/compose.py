"""From stretches to schedules: a main law, the warmup before it, the flat end after it."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Inverse, Law, Level, Slope, Wave
from lrcli.infer.fit.main import Main
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import first_spoken, spoken
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.warmup import RATIOS, Ramp, Start, kinks, ramp, starts
from lrcli.infer.numbers import cost, simplest_whole
from lrcli.schedules.cosine import Cosine
from lrcli.schedules.linear import Linear
from lrcli.schedules.warmup_cosine import WarmupCosine


def compose(rows: FitRows, segments: list[Segment], *, late: bool = False) -> Iterator[Candidate]:
    """Candidates whose main law is one of the last stretches, everything before it a warmup.

    late: steps were skipped, so some may have been before the first row, too.
    """
    last = segments[-1]
    for number in (len(segments) - 1, len(segments) - 2):
        if number < 0 or number > 3:
            continue
        segment = segments[number]
        flat = last if segment is not last else None
        if flat is not None and not (isinstance(flat.law, Level) and isinstance(segment.law, (Slope, Wave))):
            continue
        before = rows.part(0, segment.start)
        yield from with_warmup(rows, before, segment, flat, late=late)


def with_warmup(
    rows: FitRows, before: FitRows, segment: Segment, flat: Segment | None = None, *, late: bool = False
) -> Iterator[Candidate]:
    """Candidates in which `segment` is the main law, `before` the rows of its warmup and `flat` its end."""
    inner = rows.part(segment.start, segment.stop)
    law = segment.law
    begins = starts(rows, _zeros(before))
    if late and not len(before):
        begins += [Start(n, 0.3 + 0.12 * n) for n in range(2, min(40, rows.p[0]))]
    for begin in _begins(inner, before, law, begins):
        ramps: list[tuple[Ramp, Main]] = []
        for start in begins:
            if start.first_step > begin:
                continue
            for main in mains(inner, law, begin, start.first_step):
                if not 0 < main.lr < math.inf:
                    continue
                made = ramp(before, start, begin, main.lr)
                if made is not None:
                    ramps.append((made, main))
        for made, main in ramps:
            candidate = _joined(made, main, rows, flat)
            if candidate is not None and rows.holds(candidate.at):
                yield candidate


def _zeros(before: FitRows) -> tuple[int, ...]:
    """Where a ramp through the rows of the warmup is 0, if that is a whole position."""
    if len(before) < 2 or before.p[0] == before.p[-1]:
        return ()
    line = Slope.fit(before)
    if line is None or line.slope <= 0:
        return ()
    near = round(line.zero)
    return (near,) if abs(line.zero - near) < 0.02 else ()


def _begins(inner: FitRows, before: FitRows, law: Law, begins: list[Start]) -> Iterator[int]:
    """Positions at which the main law may begin."""
    if isinstance(law, Wave):
        near = round(law.top)
        tops = [near]
        if abs(law.top - near) > 1e-4:  # few digits leave the top of a wave open
            around = max(2, math.ceil(abs(law.half) * 0.01))
            for start in begins:
                round_one = simplest_whole(near - around - start.first_step, near + around - start.first_step)
                if round_one is not None:
                    tops.append(round_one + start.first_step)
            tops += range(near - 3, near + 4)
            tops += [start.first_step for start in begins if abs(start.first_step - near) < 0.2 * law.half]
            if len(before):
                tops += kinks(before, law, inner.p[0], begins)
        yield from dict.fromkeys(top for top in tops if not len(before) or top > before.p[-1])
        return
    if len(before):
        for kink in kinks(before, law, inner.p[0], begins):
            yield kink
            if isinstance(law, Level) and kink < inner.p[0]:
                yield kink + 1  # (t + 1) / W is at the top one step early
        return
    yield from (start.first_step for start in begins)
    if isinstance(law, Inverse) or (isinstance(law, Slope) and law.slope < 0):
        yield from _hidden_peaks(inner, law)


def _hidden_peaks(inner: FitRows, law: Slope | Inverse) -> Iterator[int]:
    """Where a falling curve has round values before its first row: a warmup that was not logged may end there."""
    first = inner.p[0]
    low, high = law(first), law(min(0, first))
    if not 0 < low < high:
        return
    peaks = set()
    for power in range(math.floor(math.log10(low)) - 2, math.ceil(math.log10(high)) + 1):
        for lead in (*range(1, 100), 125, 175, 225, 325, 375, 625, 875):
            peak = float(f"{lead}e{power}")
            if low <= peak <= high:
                peaks.add(peak)
    for peak in sorted(peaks, key=cost)[:70]:
        at = law.place(peak)
        near = round(at)
        if 0 < near <= first and abs(at - near) < 0.02 + 1e-7 * abs(at):
            yield near


def _joined(made: Ramp, main: Main, rows: FitRows, flat: Segment | None) -> Candidate | None:
    schedule, spent, evidence = main.schedule, main.cost, list(main.evidence)
    begin = made.steps
    shape = made.shape(main.shape)
    spent += made.cost - _ratio_discount(made.warmup, main.shape.end)
    free = [*main.free]
    if made.start_factor > 1:
        evidence.append(f"the warmup comes from above: it begins with {made.start_factor:g} times the learning rate")
    if made.warmup and main.begin < rows.p[0]:
        free.append("the warmup: its rows are not in the log")
        spent += 0.5
    elif made.free:
        free += made.free
    if main.kind == "linear" and main.shape.end and _is_tail(rows, main.begin, main.shape.end):
        free.append("lr and where the line begins: its rows fix its end and its slope, lr divided by total_iters")
    if main.kind == "inverse" and made.warmup and main.begin <= rows.p[0]:
        free = [f"lr and the length of the warmup: only lr * length ** {main.shape.power:.4g} is seen"]
    if flat is not None:
        ended = _ended(main, flat, rows)
        if ended is None:
            return None
        schedule, shape = ended, replace(shape, floor=flat.law(0))
        if isinstance(schedule, Linear):
            shape = replace(shape, end=begin + int(schedule.total_iters))
    told = Candidate(
        main.kind, main.lr, Linear(), made.first_step, spent, shape.end, tuple(free), tuple(evidence), shape=shape
    )
    if flat is not None and isinstance(schedule, Cosine) and not made.held:
        start = made.start_factor if begin else 0.0
        whole = WarmupCosine(warmup=begin, T_max=shape.end, eta_min=schedule.eta_min, start_factor=start)
        return replace(told, schedule=whole, cost=spent + 0.5)
    if schedule is None:
        said = next(spoken(told, rows), None)
        if said is not None or not begin:
            return said
        part = first_spoken(main.shape, rows.part(bisect_left(rows.p, main.begin), len(rows)), main.begin)
        if part is None:
            return None
        schedule, told = part.schedule, replace(told, setting=part.setting)
    return replace(told, schedule=made.before(schedule))


def _ended(main: Main, flat: Segment, rows: FitRows) -> Linear | Cosine | None:
    """The main schedule, ended where it meets the flat stretch."""
    schedule, value = main.schedule, flat.law(0)
    if isinstance(schedule, Cosine):
        past = main.begin + schedule.T_max > rows.p[flat.start]
        return None if past or abs(value - schedule.eta_min) > rows.tol[flat.start] else schedule
    return _line_until(schedule, main, value) if isinstance(schedule, Linear) else None


def _is_tail(rows: FitRows, begin: int, length: int) -> bool:
    """Whether the log begins when a good part of the schedule is over."""
    return rows.p[0] - begin > 0.1 * length


def _ratio_discount(warmup: int, length: int) -> float:
    """What a warmup costs less that is a usual share of the run."""
    total = warmup + length
    if warmup and length and any(warmup == math.ceil(ratio * total) for ratio in RATIOS):
        return max(cost(warmup) - 1.2, 0.0)
    return 0.0


def _line_until(schedule: Linear, main: Main, value: float) -> Linear | None:
    """The line, ended where it has the value of the flat stretch."""
    slope = (schedule.end_factor - schedule.start_factor) / schedule.total_iters
    if slope >= 0:
        return None
    share = value / main.lr
    exact = (share - 1) / slope
    length = simplest_whole(exact - 1e-4 * exact - 1e-6, exact + 1e-4 * exact + 1e-6) or round(exact)
    if length < 1:
        return None
    return Linear(start_factor=1.0, end_factor=float(f"{share:.12g}"), total_iters=length)
