"""Triangles between two learning rates, as PyTorch's CyclicLR makes them: they are known by their first turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.laws import Slope
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.warmup import starts
from lrcli.infer.numbers import cost, simplest
from lrcli.schedules.cyclic import Cyclic

_MODES = ("triangular", "triangular2")


def cyclic_candidates(rows: FitRows) -> Iterator[Candidate]:
    """Cycles whose first rise ends, and whose first fall ends, where lines through the rows between the turns meet."""
    y = rows.values
    turning = (i for i in range(1, len(rows) - 1) if (y[i] - y[i - 1]) * (y[i + 1] - y[i]) < 0)
    turns = [*islice(turning, 3)]
    if len(turns) < 2 or not y[0] < y[turns[0]]:
        return
    edges = [-1, *turns, len(rows)][:4]
    rise, fall, again = (Slope.fit(rows.part(a + 1, b)) if b - a > 2 else None for a, b in pairwise(edges))
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
