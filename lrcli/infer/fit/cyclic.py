"""Rises and falls as PyTorch's CyclicLR and OneCycleLR make them: they are known by their first turns."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise, product

from lrcli.infer.costs import COSTS
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Law, line_of
from lrcli.infer.fit.naming import gives
from lrcli.infer.fit.rows import FitRows, spread
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.warmup import Start, starts
from lrcli.infer.limits import NEAR_HALF
from lrcli.infer.numbers import cost, digits, rounded, simplest, simplest_whole
from lrcli.infer.usual import ONE_CYCLE_DIVISORS, ONE_CYCLE_SHARES
from lrcli.schedules.cyclic import Cyclic, OneCycle

_MODES = ("triangular", "triangular2")


def cyclic_candidates(rows: FitRows) -> Iterator[Candidate]:
    """Cycles whose first rise ends, and whose first fall ends, where lines through the rows between the turns meet."""
    y = rows.values
    turning = (i for i in range(1, len(rows) - 1) if (y[i] - y[i - 1]) * (y[i + 1] - y[i]) < 0)
    turns = [*islice(turning, 3)]
    if len(turns) < 2 or not y[0] < y[turns[0]]:
        return
    edges = [-1, *turns, len(rows)][:4]
    rise, fall, again = (line_of(rows.part(a + 1, b)) if b - a > 2 else None for a, b in pairwise(edges))
    if rise is None or fall is None or again is None or not rise.slope > 0 > fall.slope or again.slope <= 0:
        return
    peak, trough = rise.meeting(fall), fall.meeting(again)
    for start in starts(rows):
        up, down = round(peak - start.first_step), round(trough - peak)
        cycles: list[Cyclic] = []
        if up >= 1 and down >= 1:
            low, high = (_near(rise(start.first_step + t), rows.slack[0]) for t in (0, up))
            cycles += (Cyclic(low, high, up, None if down == up else down, mode) for mode in _MODES)
        if len(turns) > 2 and start.first_step == rows.at[0]:
            cycles += _shrinking(rows, turns)
        for schedule in cycles:
            sizes = {schedule.step_size_up, schedule.step_size_down or schedule.step_size_up}
            spent = start.cost + sum(map(cost, (schedule.base_lr, schedule.max_lr, schedule.gamma, *sizes)))
            candidate = Candidate("cyclic", schedule.max_lr, start.first_step, spent, schedule)
            if rows.holds(candidate.at):
                yield candidate


def _shrinking(rows: FitRows, turns: Sequence[int]) -> Iterator[Cyclic]:
    """Cycles that shrink at every step: their tops are the turns where every step is a row."""
    first, (top, bottom, later) = rows.at[0], (rows.at[i] for i in turns)
    low = _near(rows.values[0], rows.slack[0])
    height, less = rows.values[turns[0]] - low, rows.values[turns[2]] - low
    if not 0 < less < height:
        return
    exact = (less / height) ** (1 / (later - top))
    slack = max(2 * rows.slack[0] / less / (later - top), 1e-12)
    gamma = simplest(exact - slack, exact + slack)
    high = _near(low + height / gamma ** (top - first), rows.slack[0])
    up, down = top - first, bottom - top
    yield Cyclic(low, high, up, None if down == up else down, "exp_range", gamma)


def _near(value: float, tol: float) -> float:
    """The roundest number about this value."""
    slack = max(2 * tol, 1e-9 * abs(value))
    return simplest(value - slack, value + slack)


def one_cycle_candidates(rows: FitRows, segments: list[Segment], most_cost: float) -> Iterator[Candidate]:
    """One-cycle schedules up to a cost whose first peak lies where a rise meets the fall after it."""
    top = max(range(len(rows)), key=rows.values.__getitem__)
    steps = zip(pairwise(rows.values), pairwise(rows.slack), strict=True)
    if any((b - a) * (1 if i < top else -1) < -sum(slacks) for i, ((a, b), slacks) in enumerate(steps)):
        return  # it rises once, and falls then
    laws = [segment.law for segment in segments if segment.stop - segment.start > 1]
    lines, waves = ([law for law in laws if law.kind == kind] for kind in ("line", "cosine"))
    peaks: list[tuple[Sequence[Law], float, float]] = []
    if len(lines) > 1 and lines[0].slope > 0 > lines[1].slope:
        at = lines[0].meeting(lines[1])
        peaks.append((lines, at, lines[0](at)))
    if waves:
        rises = rows.values[0] < rows.values[min(3, len(rows) - 1)] and waves[0].begin <= rows.at[0]
        at = waves[0].begin + 2 * waves[0].length * rises  # a rise comes up half a wave after its lowest point
        peaks.append((waves, at, waves[0].floor + waves[0].height))
    probe = rows.pick(spread(len(rows), 80, 10))
    for (of_kind, at, peak), start in product(peaks, starts(rows)):
        yield from _from(rows, probe, start, of_kind, at, peak, most_cost)


def _from(
    rows: FitRows,
    probe: FitRows,
    start: Start,
    laws: Sequence[Law],
    peak_at: float,
    peak: float,
    most_cost: float,
) -> Iterator[Candidate]:
    """Those that begin at `start`, with their peak at peak_at, as the laws of the rise and the fall have it."""
    begin, last = start.first_step, laws[-1]
    is_wave = last.kind == "cosine"
    seen = rows.at[0] < peak_at and (laws[0] is not last or not is_wave)
    initial = laws[0](begin) if seen else 0.0
    if peak_at <= begin or (seen and initial <= 1e-6 * peak):
        return  # it begins at max_lr / div_factor
    usual = [*ONE_CYCLE_DIVISORS, *(_written(peak / initial, 4) if seen else ())]
    divisors = [d for d in usual if not seen or abs(peak / initial - d) < 0.02 * d] or [25.0]
    finals = [1e4]
    if is_wave and last.floor > 0:
        share = peak / last.floor
        finals += [f for f in (1e5, 1e3, 1e2, 1e1, 1.0) if any(0.7 < share / (f * d) < 1.4 for d in divisors)]
    open_length = "total_steps and pct_start: only their product is seen, the run ends in the rise"
    free = (open_length,) if rows.at[-1] <= peak_at else ()
    rise = probe.part(0, bisect_left(probe.at, peak_at))
    peaks = [max_lr for max_lr in _written(peak, 5) if abs(max_lr - peak) < 0.02 * peak]
    near = NEAR_HALF if probe.slack[0] > 1e-9 * probe.peak else NEAR_HALF / 20
    for share, total in _lengths(probe, last, begin, peak_at - begin):
        end_value = last(begin + total - 1)
        ends = [1e4, *_written(initial / end_value, 3)] if seen and end_value > 1e-9 * peak else finals
        phases = [three for three in (None, True) if not is_wave or _has_half(last, share, total, three, near)]
        for max_lr, divisor in product(peaks, dict.fromkeys(divisors)) if phases else ():
            spent = start.cost + sum(map(cost, (max_lr, share, total))) - COSTS["one cycle"]
            spent += (1 + cost(divisor)) * (divisor != 25.0)
            kind = "cos" if is_wave else "linear"
            cycle = OneCycle(max_lr, total, pct_start=share, anneal_strategy=kind, div_factor=divisor)
            bare = Candidate("one_cycle", max_lr, begin, spent, cycle, total, free)
            if spent > most_cost or not gives(bare, rise):
                continue
            for final, three_phase in product(dict.fromkeys(ends), phases):
                candidate = replace(
                    bare,
                    schedule=replace(cycle, final_div_factor=final, three_phase=three_phase),
                    cost=spent + (1 + cost(final)) * (final != 1e4),
                )
                if candidate.cost <= most_cost and gives(candidate, probe):
                    yield candidate


def _has_half(wave: Law, share: float, total: int, three_phase: bool | None, near: float) -> bool:
    """Whether one of the phases of such a cycle is about as long as half a wave."""
    rise = share * total
    lengths = (rise, total - 2 * rise) if three_phase else (rise, total - rise)
    return any(abs(length - wave.length) <= 2 + near * wave.length for length in lengths)


def _lengths(probe: FitRows, last: Law, begin: int, rise: float) -> dict[tuple[float, int], None]:
    """(pct_start, total_steps) that put the peak so many steps behind the beginning."""
    lengths: list[tuple[float, int | None]] = []
    for share in ONE_CYCLE_SHARES:
        exact = (rise + 1) / share
        slack = max(1e-6 * exact, 1.5 if probe.slack[0] > 1e-9 * probe.peak else 1e-4 * exact)
        wholes = (
            simplest_whole(exact - slack, exact + slack),
            round(exact),
            simplest_whole(exact * 0.98, exact * 1.02),
        )
        lengths += [(share, total) for total in wholes]
    if last.kind == "cosine":
        end = last.end - begin + 1
        for total in (round(end), simplest_whole(end * 0.999, end * 1.001), simplest_whole(end * 0.99, end * 1.01)):
            if total is not None and total > rise + 1:
                lengths += [(share, total) for share in islice(rounded((rise + 1) / total, 4), 4)]
    return dict.fromkeys((share, total) for share, total in lengths if total is not None and total > 1)


def _written(value: float, most: int) -> list[float]:
    """The number rounded to at most so many digits."""
    return [number for number in rounded(value, most) if digits(number) <= most]
