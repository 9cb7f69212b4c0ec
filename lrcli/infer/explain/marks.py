"""What the rows of a log show of a schedule: rows to try a value on, lengths and positions, the first factor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lrcli.infer.explain.evidence import Evidence
from lrcli.infer.keys import Change, Key
from lrcli.infer.keys.key import list_text
from lrcli.infer.numbers import simplest, simplest_whole

PROBES = 16
"""At about so many rows a value is tried before it is held against all of them."""

EDGES = 12
"""So many of the places at which the log changes are tried as lengths."""

FEWEST = 15
"""A log of fewer rows has none that stick out."""


def probed(evidence: Evidence) -> list[int]:
    """Rows all over the log, more of those that the base misses, and both sides of some places where it changes.

    The two that stick out most are not among them: with them, no two keys are near the right values.
    """
    n = len(evidence.at)
    missed = [i for i, wrong in enumerate(evidence.misses) if wrong] or [0]
    edges = edge_rows(evidence)
    stride = max(1, len(edges) // 4)
    beside = [i for edge in edges[::stride][:4] for i in (edge - 1, edge)] if 3 * len(edges) < n else []
    half = PROBES // 2
    spread = [round(i * (n - 1) / max(half - 2, 1)) for i in range(half - 1)]
    chosen = {*spread, *beside, *(missed[round(i * (len(missed) - 1) / half)] for i in range(half + 1))}
    return sorted(chosen - _spikes(evidence) or chosen)


def _spikes(evidence: Evidence) -> set[int]:
    """The two rows of a long log that lie further from the line between their neighbours than these do from theirs."""
    at, values = evidence.at, evidence.values
    if len(at) < FEWEST:
        return set()
    gaps = [0.0] * len(at)
    for i in range(1, len(at) - 1):
        share = (at[i] - at[i - 1]) / ((at[i + 1] - at[i - 1]) or 1)
        gaps[i] = abs(values[i] - values[i - 1] - share * (values[i + 1] - values[i - 1]))
    alone = [i for i in range(1, len(at) - 1) if gaps[i] > 1.5 * max(gaps[i - 1], gaps[i + 1])]
    return set(sorted(alone, key=gaps.__getitem__)[-2:])


def edge_rows(evidence: Evidence) -> list[int]:
    """The rows at which the log has another value than in the row before, and not for that row alone."""
    values, slack = evidence.values, evidence.slack

    def same(i: int, j: int) -> bool:
        return abs(values[i] - values[j]) <= slack[i] + slack[j]

    rows = [i for i in range(1, len(values)) if not same(i, i - 1)]
    alone = {i for i in rows if i + 1 < len(values) and same(i - 1, i + 1)}
    return [i for i in rows if i not in alone and i - 1 not in alone]


def near_lengths(evidence: Evidence, offsets: Sequence[int]) -> list[float]:
    """Lengths that the log shows: where it is highest and lowest, where it changes, and the run's."""
    values, at = evidence.values, evidence.at
    rows = [max(range(len(at)), key=values.__getitem__), min(range(len(at)), key=values.__getitem__)]
    rows += [i for i in range(len(at) - 1, 0, -1) if values[i - 1] > values[i]][-1:]
    edges = edge_rows(evidence)
    rows += edges[:EDGES] if 3 * len(edges) < len(at) else _kinks(evidence)
    places = dict.fromkeys(p for i in rows for p in (at[i], at[i] + 1))
    ends = (evidence.spec.length, at[-1] + 1)
    return list(dict.fromkeys(float(p - offset) for p in (*ends, *places) for offset in offsets if p > offset))


def _kinks(evidence: Evidence) -> list[int]:
    """The rows at which the log bends most."""
    values, at = evidence.values, evidence.at
    slopes = [(b - a) / (q - p or 1) for (a, b), (p, q) in zip(pairwise(values), pairwise(at), strict=True)]
    bends = sorted(range(1, len(slopes)), key=lambda i: -abs(slopes[i] - slopes[i - 1]))
    return bends[: EDGES // 2]


def positions_shown(key: Key, evidence: Evidence, offsets: Sequence[int]) -> Iterator[tuple[Change, int]]:
    """The positions at which the log falls from one flat stretch to the next, as a key's."""
    at, rows = evidence.at, edge_rows(evidence)
    for offset in offsets:
        falls = [i for i in rows if evidence.values[i] < evidence.values[i - 1] and at[i] > offset]
        if 0 < len(falls) <= 24 and 3 * len(falls) < len(at):
            found = [simplest_whole(at[i - 1] + 1 - offset, at[i] - offset) or at[i] - offset for i in falls]
            changed = sum(a != b for a, b in zip(found, key.entries, strict=False))
            numbers = changed + abs(len(found) - len(key.entries))
            if numbers:
                yield key.to(list_text(found)), numbers
                per = evidence.spec.steps_per_epoch
                if per and all(position % per == 0 for position in found):
                    yield key.to(list_text(position // per for position in found)), numbers


def first_share(evidence: Evidence, lr: float) -> float:
    """The factor that a linear warmup begins with, by the first two rows."""
    (t, u), (a, b) = evidence.base.clock.times(evidence.at[:2]), evidence.values[:2]
    slope = (b - a) / (u - t) if t and u > t else 0.0
    error = (evidence.slack[0] * u + evidence.slack[1] * t) / (u - t) if slope else evidence.slack[0]
    first = a - slope * t
    return simplest((first - error) / lr, (first + error) / lr)
