"""Where the markers of a plot's curves stand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from lrcli.render.palette import Cell, marker_places


def cells(*curves: Sequence[Cell]) -> dict[Cell, list[int]]:
    """The cells of some curves, and which go through each."""
    result: dict[Cell, list[int]] = {}
    for i, curve in enumerate(curves):
        for at in curve:
            result.setdefault(at, []).append(i)
    return result


def row(y: int, *columns: range) -> list[Cell]:
    return [(y, x) for part in columns for x in part]


TOP = row(0, range(40))
DIP = [*row(0, range(24)), (1, 23), *row(2, range(23, 28)), (1, 27), *row(0, range(27, 40))]

CASES = [
    ("one curve has one every eight columns", cells(TOP), {(0, x): 0 for x in (4, 12, 20, 28, 36)}),
    (
        "two apart take turns",
        cells(TOP, row(3, range(40))),
        {(0, x): 0 for x in range(2, 40, 8)} | {(3, x): 1 for x in range(6, 40, 8)},
    ),
    (
        "two together have theirs side by side",
        cells(TOP, TOP),
        {(0, x + i): i for x in range(2, 40, 8) for i in (0, 1)},
    ),
    (
        "a short piece alone has one",
        cells(TOP, DIP),
        {(0, x + i): i for x in (2, 10, 18, 34) for i in (0, 1)} | {(0, 26): 0, (2, 25): 1},
    ),
    ("every curve has one", cells([(0, 1)], [(0, 1), (0, 2)]), {(0, 1): 0, (0, 2): 1}),
    ("nothing is marked where nothing is drawn", cells([], TOP[:1]), {(0, 0): 1}),
]


@pytest.mark.parametrize(("owners", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_marker_places(owners: dict[Cell, list[int]], expected: dict[Cell, int]) -> None:
    """A marker stands on its own curve, never where it would hide that another runs there, too."""
    curves = 1 + max(max(found) for found in owners.values())
    assert expected == marker_places(owners, curves, 40)
