"""Cuts a run into the fewest stretches that are each one law."""

from __future__ import annotations

from lrcli.infer.fit.laws import LAWS, Law, LawKind, line_of
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.limits import MOST_STRETCHES, SLACKS
from lrcli.values import dataclass


@dataclass(frozen=True)
class Segment:
    """The rows start <= i < stop follow the law."""

    start: int
    stop: int
    law: Law


def cut(rows: FitRows, slacks: float = SLACKS[0]) -> list[Segment] | None:
    """The stretches from left to right, each as long as it can be, seen from the end; None if there are too many."""
    segments: list[Segment] = []
    stop = len(rows)
    while stop > 0:
        is_no_law = len(segments) == 4 and len(rows) - stop < 20 < stop // 5  # four say little of what is before
        if len(segments) == MOST_STRETCHES or is_no_law:
            return None
        segments.append(last_stretch(rows, slacks, stop))
        stop = segments[-1].start
    segments.reverse()
    for pair in (slice(-2, None), slice(0, 2)):
        first, last = segments[pair][0], segments[pair][-1]
        line = line_of(rows.part(first.start, last.stop)) if last.stop - first.start == 2 else None
        if line is not None and len(segments) > 2:
            segments[pair] = [Segment(first.start, last.stop, line)]  # two rows at an end of a run are part of a line
    return segments


def last_stretch(rows: FitRows, slacks: float, stop: int) -> Segment:
    """The longest stretch that ends at `stop`; a law must explain as many more rows as it has parameters more."""
    best = Segment(stop - 1, stop, Law("constant", height=rows.values[stop - 1]))
    score = 0
    falls_from = stop - 1
    while falls_from and rows.values[falls_from - 1] >= rows.values[falls_from] - rows.slack[falls_from]:
        falls_from -= 1
    for kind in LAWS:
        least = score + kind.parameters + 1
        if least <= stop - (falls_from if kind.falls else 0):
            reach = _reach(rows, stop, kind, slacks, least)
            if reach is not None:
                best, score = reach, stop - reach.start - kind.parameters
        if best.start == 0 and score:
            break  # it is all of them
    return best


def _reach(rows: FitRows, stop: int, kind: LawKind, slacks: float, least: int) -> Segment | None:
    """The longest stretch of this law that ends at `stop`, if it has at least so many rows.

    Ever longer ones are tried, then those between.
    """

    def fitted(start: int) -> Segment | None:
        law = rows.once(_estimate, kind, start, stop)  # which is the same for any number of slacks
        return Segment(start, stop, law) if law is not None and rows.part(start, stop).holds(law, slacks) else None

    size = kind.parameters + 1
    while 2 * size < least:
        size *= 2
    best, bad, patience = None, -1, kind.patience
    while patience and size < 2 * stop:
        start = max(stop - size, 0)
        longer = fitted(start)
        if longer is not None:
            best, bad = longer, -1
        else:
            patience -= 1
            bad = max(bad, start)
        size *= 2
    latest = stop - least
    while best is not None and best.start - bad > 1 and bad < latest:
        middle = min((best.start + bad) // 2, latest)
        longer = fitted(middle)
        best, bad = (best, middle) if longer is None else (longer, bad)
    return best if best is not None and best.start <= latest else None


def _estimate(rows: FitRows, kind: LawKind, start: int, stop: int) -> Law | None:
    return kind.estimate(rows.part(start, stop))


def restarts(rows: FitRows) -> list[int]:
    """Where the learning rate jumps up by a good part of what it has fallen before, and falls again."""
    edges: list[int] = []
    top = rows.values[0]
    for i in range(1, len(rows)):
        low, here = rows.values[i - 1], rows.values[i]
        turns = rows.values[max(i - 2, 0)] >= low and rows.values[min(i + 1, len(rows) - 1)] <= here
        if turns and here - low > max(0.2 * (top - low), rows.slack[i]) and top - low > 0.05 * rows.peak:
            edges.append(i)
            top = here
        top = max(top, here)
    return edges
