"""Where curves are closer than a terminal can show: their range, instead of a moiré of single dots.

One curve is so where it goes up and down too fast, several are where less than a row is between one and the next.
"""

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
_CROWD = 5
"""So many curves at so many heights, each less than a row from the next, are a crowd: fewer can be followed."""
_FEW_ROWS = 3
"""Of heights that are whole rows so many make a crowd of those curves."""
_TALL = 4
"""A curve that goes up or down so many rows in one column crosses the others, and is in no crowd there."""
_WIDE = 6
"""A crowd is at least so many columns wide: curves that fall together cross one, and are none."""

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a Braille cell: its left column from the top, and its right one."""


BandSpan = tuple[int, int]
"""The lowest and the highest dot of a curve in one column."""


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


def crowds(columns: Mapping[int, Sequence[BandSpan]], row: int) -> dict[int, list[BandSpan]]:
    """Where curves crowd, column by column, of the span of each curve there; a row has so many dots.

    >>> crowds({column: [(0, 0), (3, 3), (5, 5), (8, 9), (11, 11), (40, 40)] for column in range(6)}, 4)[3]
    [(0, 11)]
    """
    found = {column: bands for column, spans in columns.items() if (bands := _crowds_of(spans, row))}
    for a, b in pairwise(sorted(found)):
        found |= {c: found[a] for c in range(a + 1, b) if b - a <= _GAP}
    wide = [c for c in found if all(c + i in found for i in range(_WIDE))]
    return {c + i: found[c + i] for c in wide for i in range(_WIDE)}


def _crowds_of(spans: Sequence[BandSpan], row: int) -> list[BandSpan]:
    crowd: list[BandSpan] = []
    found = []
    least = _CROWD if row > 2 else _FEW_ROWS
    for span in sorted(span for span in spans if span[1] - span[0] <= _TALL * row):
        if crowd and span[0] - max(high for _, high in crowd) >= row:
            found.append(crowd)
            crowd = []
        crowd.append(span)
    return [
        (one[0][0], max(high for _, high in one))
        for one in [*found, crowd]
        if len(one) >= _CROWD and len(set(one)) >= least
    ]


def dots_of(code: int) -> tuple[int, int]:
    """The lowest and the highest of the four dots of a Braille cell that are set, counted from its bottom."""
    rows = [3 - i for i in range(4) if code & (_BITS[0][i] | _BITS[1][i])]
    return min(rows), max(rows)


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
