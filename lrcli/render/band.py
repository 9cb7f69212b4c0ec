"""Where curves are closer than a terminal can show: their range, instead of a moiré of single dots.

One curve is drawn so where it goes up and down too fast, several where less than a row is between one and the next.
Whether it is so is decided from exact heights, not from dots: a decision that hangs on rounding leaves holes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

_LONG_PERIOD = 6
"""Turns that are further apart than so many columns are in no band."""
_SHORT_PERIOD, _FEW_TURNS = 2.0, 5
"""A curve whose period is at most so many columns cannot be followed: from so many turns on it is a band."""
_MIDDLE_PERIOD, _MANY_TURNS = 4.5, 20
"""One whose period is at most so many columns can be followed, but from so many turns on it is a moiré."""
_SWING = 0.15
"""A turn counts from this share of the axis's height on: noise is no period."""
_GAP = 4
"""Fewer columns than this between two bands belong to them."""
_CROWD = 5
"""So many curves at so many heights, each less than a row from the next, are a crowd: fewer can be followed."""
_TALL = 4
"""A curve that goes up or down so many rows in one column crosses the others, and is in no crowd there."""
_WIDE = 6
"""A crowd is at least so many columns wide: curves that fall together cross one, and are none."""

_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The dots of a Braille cell: its left column from the top, and its right one."""

CanvasPoint = tuple[float, float]
"""A column and a height on a canvas; both may be fractions."""


class Extent(NamedTuple):
    """The least and the greatest height of a curve in one column."""

    low: float
    high: float

    @property
    def dots(self) -> range:
        return range(math.floor(self.low), math.floor(self.high) + 1)


def column_extents(runs: Sequence[Sequence[CanvasPoint]]) -> dict[int, Extent]:
    """The extent of a curve in each column that it passes.

    >>> column_extents([[(0.5, 0.0), (2.5, 4.0)]])
    {0: Extent(low=0.0, high=1.0), 1: Extent(low=1.0, high=3.0), 2: Extent(low=3.0, high=4.0)}
    """
    extents: dict[int, Extent] = {}
    for run in runs:
        for (x, y), (later_x, later_y) in pairwise([*run, run[-1]]):
            slope = (later_y - y) / (later_x - x) if later_x > x else 0.0
            for column in range(math.floor(x), math.floor(later_x) + 1):
                left, right = max(x, column), min(later_x, column + 1)
                heights = (y + slope * (left - x), later_y - slope * (later_x - right))
                extents[column] = _union([*heights, *extents.get(column, ())])
    return extents


def _union(heights: Sequence[float]) -> Extent:
    return Extent(min(heights), max(heights))


def band_extents(run: Sequence[CanvasPoint], height: float) -> dict[int, Extent]:
    """The columns in which a curve is drawn as a band, and its range there; `height` is that of the canvas."""
    turns = [math.floor(column) for column, _ in _turns(run, _SWING * height)]
    ends = math.floor(run[0][0]), math.floor(run[-1][0])
    columns: set[int] = set()
    for group in _groups(turns, _LONG_PERIOD):
        period = 2 * (group[-1] - group[0]) / max(len(group) - 1, 1)
        few, many = len(group) >= _FEW_TURNS, len(group) >= _MANY_TURNS
        if (few and period <= _SHORT_PERIOD) or (many and period <= _MIDDLE_PERIOD):
            first = ends[0] if group[0] - ends[0] <= _LONG_PERIOD else group[0]
            last = ends[1] if ends[1] - group[-1] <= _LONG_PERIOD else group[-1]
            columns.update(range(first, last + 1))
    if not columns:
        return {}
    extents = column_extents([run])
    reach = _LONG_PERIOD // 2
    around = {c: [extents[n] for n in range(c - reach, c + reach + 1) if n in extents] for c in sorted(columns)}
    return {c: Extent(min(e.low for e in near), max(e.high for e in near)) for c, near in around.items()}


def _groups(columns: Sequence[int], reach: int) -> list[list[int]]:
    """Columns in order, in groups in which each is at most so far from the one before it."""
    groups: list[list[int]] = []
    for column in columns:
        if not groups or column - groups[-1][-1] > reach:
            groups.append([])
        groups[-1].append(column)
    return groups


def _turns(run: Sequence[CanvasPoint], least: float) -> Iterator[CanvasPoint]:
    """The corners at which a curve turns after a way of at least so much up or down."""
    extreme, rising = run[0], None
    for place in run[1:]:
        way = place[1] - extreme[1]
        if rising is None or (way >= 0) == rising:
            if abs(way) > least or (rising is not None and way):
                rising, extreme = way > 0, place
        elif abs(way) > least:
            yield extreme
            rising, extreme = way > 0, place


def crowds(curves: Sequence[Mapping[int, Extent]], row: float) -> dict[int, set[int]]:
    """The dots at which curves crowd, column by column, of the extents of each curve; a row is so high.

    >>> curve = [dict.fromkeys(range(6), Extent(y, y)) for y in (0, 3, 5, 8.5, 11, 40)]
    >>> crowds(curve, 4)[3] == set(range(12))
    True
    """
    columns: dict[int, list[Extent]] = {}
    for extents in curves:
        for column, extent in extents.items():
            if extent.high - extent.low <= _TALL * row:
                columns.setdefault(column, []).append(extent)
    filled: dict[int, list[int]] = {}
    for column in sorted(columns):
        for band in _crowds_of(columns[column], row):
            for dot in band.dots:
                filled.setdefault(dot, []).append(column)
    crowded: dict[int, set[int]] = {}
    for dot, of_dot in filled.items():
        for group in _groups(of_dot, _GAP):
            if group[-1] - group[0] >= _WIDE - 1:
                for column in range(group[0], group[-1] + 1):
                    crowded.setdefault(column, set()).add(dot)
    return crowded


def _crowds_of(extents: Sequence[Extent], row: float) -> list[Extent]:
    """The bands of one column: chains of curves, each less than a row from those below it."""
    chains: list[list[Extent]] = []
    top = -math.inf
    for extent in sorted(extents):
        if extent.low - top >= row:
            chains.append([])
            top = -math.inf
        chains[-1].append(extent)
        top = max(top, extent.high)
    crowded = [chain for chain in chains if len({round(8 * extent.low / row) for extent in chain}) >= _CROWD]
    return [Extent(chain[0].low, max(extent.high for extent in chain)) for chain in crowded]


def braille_band(dots: Collection[int], rows: int) -> Mapping[int, int]:
    """The Braille bits of one column, row by row from the top, of a band that is filled at these heights.

    Its edges are lines; inside every second dot is set.
    """
    bits: dict[int, int] = {}
    for dot in dots:
        from_top = rows * 4 - 1 - dot
        is_edge = dot - 1 not in dots or dot + 1 not in dots
        for x in (0, 1):
            if is_edge or (x + dot) % 2 == 0:
                bits[from_top // 4] = bits.get(from_top // 4, 0) | _BITS[x][from_top % 4]
    return bits
