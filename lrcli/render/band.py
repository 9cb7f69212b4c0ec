"""Where a curve goes up and down faster than a terminal can show: its range, instead of a moiré of single dots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

_REACH = 2
"""So many columns to either side are looked at."""
_TURNS = 5
"""With so many turns in those columns, more than half a period in each, single strokes cannot be told apart."""
_SWING = 0.15
"""A turn counts from this share of the axis's height on: noise is no period."""
_GAP = 4
"""Fewer columns than this between two bands belong to them."""

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a Braille cell: its left column from the top, and its right one."""


class Extent(NamedTuple):
    """The least and the greatest value of a curve around one column."""

    low: float
    high: float


def band_columns(points: Sequence[tuple[int, float]], swing: float) -> dict[int, Extent]:
    """The columns in which a curve is drawn as a band, of its corners as (column, value) in order.

    `swing` is the height of the axis.
    """
    turns = [column for column, _ in _turns(points, _SWING * swing)]
    counts: dict[int, int] = {}
    for column in turns:
        for c in range(column - _REACH, column + _REACH + 1):
            counts[c] = counts.get(c, 0) + 1
    first, last = (points[0][0], points[-1][0]) if points else (0, -1)
    dense = sorted(c for c, count in counts.items() if count >= _TURNS and first <= c <= last)
    for a, b in pairwise([first - 1, *dense, last + 1]) if dense else ():
        if b - a <= _GAP:
            dense += range(a + 1, b)
    around: dict[int, list[float]] = {}
    for column, y in points:
        for c in range(column - _REACH, column + _REACH + 1):
            around.setdefault(c, []).append(y)
    return {c: Extent(min(around[c]), max(around[c])) for c in sorted(dense) if c in around}


def _turns(points: Sequence[tuple[int, float]], least: float) -> Iterator[tuple[int, float]]:
    """The corners at which a curve turns after a way of at least so much up or down."""
    if not points:
        return
    extreme, rising = points[0], None
    for point in points[1:]:
        way = point[1] - extreme[1]
        if rising is None or (way >= 0) == rising:
            if abs(way) > least or (rising is not None and way):
                rising, extreme = way > 0, point
        elif abs(way) > least:
            yield extreme
            rising, extreme = way > 0, point


def braille_band(low: int, high: int, rows: int) -> Mapping[int, int]:
    """The Braille bits of one column, row by row from the top, of a band between two heights in dots.

    Its edges are lines; inside every second dot is set.
    """
    bits: dict[int, int] = {}
    for dot in range(low, high + 1):
        from_top = rows * 4 - 1 - dot
        for x in (0, 1):
            if dot in (low, high) or (x + dot) % 2 == 0:
                bits[from_top // 4] = bits.get(from_top // 4, 0) | _BITS[x][from_top % 4]
    return bits
