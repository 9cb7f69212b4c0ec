"""Skipped steps: a scheduler that falls behind the step count, as with the loss scaler of float16 training.

The rows are put where the scheduler was; what they show then is fitted like any other run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

from lrcli.infer.fit.laws import Slope, Wave
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment

MOST_AT_ONCE = 60
"""A scheduler does not fall further behind than this between two rows."""


def lags(rows: FitRows, segments: list[Segment]) -> list[list[int]]:
    """How far behind the first row's place the scheduler may be at each row: the simplest stories first."""
    if len(rows) < 4:
        return []
    stories: list[tuple[int, int, list[int]]] = []
    for laws in _choices(rows, segments):
        found = _follow(rows, laws)
        if found is None:
            continue
        broken, behind = found
        grown = sum(1 for a, b in pairwise(behind) if b > a)
        if not grown or behind[-1] > max(12, (rows.p[-1] - rows.p[0]) // 8) or 2 * grown > len(rows):
            continue
        if broken <= 1 and (broken, grown, behind) not in stories:
            stories.append((broken, grown, behind))
    return [behind for _, _, behind in sorted(stories)[:6]]


def caught_up(rows: FitRows, behind: list[int]) -> FitRows:
    """The rows where the scheduler was."""
    return FitRows([p - lag for p, lag in zip(rows.p, behind, strict=True)], rows.y, rows.tol, rows.peak)


def _choices(rows: FitRows, segments: list[Segment]) -> Iterator[list[Slope | Wave]]:
    """Laws that the rows may follow with lags: those of the longest stretches, or the slope of a pair of rows."""
    by_length = sorted(segments, key=lambda s: s.start - s.stop)
    long = [s.law for s in by_length if s.stop - s.start >= 3 and isinstance(s.law, (Slope, Wave))]
    if long:
        kept: list[Slope | Wave] = []
        for law in long:
            if not any(_alike(law, other) for other in kept):
                kept.append(law)
        for count in range(1, min(len(kept), 3) + 1):
            yield kept[:count]
        if len(kept) > 2:
            yield [kept[0], kept[2]]
    if not long or len(rows) < 12:
        pairs = [
            Slope(a, y, (z - y) / (b - a))
            for a, b, y, z in zip(rows.p, rows.p[1:], rows.y, rows.y[1:], strict=False)
            if b > a and z != y
        ]
        for law in pairs[:20]:
            yield [law]


def _alike(a: Slope | Wave, b: Slope | Wave) -> bool:
    if isinstance(a, Slope) and isinstance(b, Slope):
        return abs(a.slope - b.slope) < 1e-6 * abs(a.slope)
    return isinstance(a, Wave) and isinstance(b, Wave) and abs(a.half - b.half) < 1e-3 * a.half


def _follow(rows: FitRows, laws: list[Slope | Wave]) -> tuple[int, list[int]] | None:
    """(transitions that no law explains, the lag at each row)."""
    behind, broken, leading = [0], 0, True
    for i in range(1, len(rows)):
        step = _fallen(rows, i, laws)
        if step is None:
            # the rows of a warmup that no law is known for may stand before the others
            broken += not leading
            if broken > 1 + len(laws) // 2 or (leading and 3 * i > len(rows)):
                return None
            step = 0
        else:
            leading = False
        behind.append(behind[-1] + step)
    return broken, behind


def _fallen(rows: FitRows, i: int, laws: list[Slope | Wave]) -> int | None:
    """How many steps are skipped between rows i - 1 and i, by the law that says the fewest."""
    moved = rows.p[i] - rows.p[i - 1]
    change = rows.y[i] - rows.y[i - 1]
    noise = rows.tol[i] + rows.tol[i - 1]
    if abs(change) <= noise and moved > 1:
        return 0
    found = []
    for law in laws:
        done = change / law.slope if isinstance(law, Slope) else _along(law, rows.y[i - 1], rows.y[i], rows.p[i])
        slope = abs(law.slope) if isinstance(law, Slope) else abs(change / done) if done else 0.0
        if done is None or not slope or noise / slope > 0.2:
            continue
        skipped = moved - done
        near = round(skipped)
        if abs(skipped - near) <= noise / slope + 1e-6 and 0 <= near <= min(MOST_AT_ONCE, max(1, moved // 2)):
            found.append(near)
    return min(found, default=None)


def _along(law: Wave, before: float, after: float, p: int) -> float | None:
    """How far the wave runs from one value to the other, on its falling half."""
    places = []
    for y in (before, after):
        height = (y - law.middle) / law.height
        if not -1 - 1e-9 <= height <= 1 + 1e-9:
            return None
        places.append(math.acos(max(-1.0, min(1.0, height))) * law.half / math.pi)
    return places[1] - places[0]
