"""How the curves of one plot are told apart: by colour, by marker, or by both, and where the markers stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import cycle, islice

from lrcli.values import dataclass

# Okabe and Ito's colours, which colour-blind people tell apart, as the nearest of the 256 that terminals share. Their
# yellow and black are left out: one cannot be seen on white, the other on black.
_COLORS = (32, 166, 36, 175, 172, 74)
_OF_16 = {32: 94, 166: 31, 36: 32, 175: 35, 172: 33, 74: 36}
"""Each colour has a nearest one among the 16 that every terminal has, as an SGR code."""
_GLYPHS = "●■▲◆○□△◇"
_ASCII = "*o+x#@%&=~"
_LETTERS = "abcdefghijklmnpqrstuvwyzABCDEFGHIJKLMNPQRSTUVWXYZ123456789"


Cell = tuple[int, int]
"""Row and column."""
Owners = Mapping[Cell, Sequence[int]]
"""Each cell, with the numbers of the curves that go through it, in order."""

_PIECE = 2
_MOST_PIECES = 3
"""At most _MOST_PIECES pieces of a curve, of _PIECE cells or more each, have a marker because they are apart."""


@dataclass(frozen=True)
class Mark:
    """One curve's looks: its marker, "" for a plain line, and its colour as an SGR code, "" for none."""

    glyph: str
    color: str

    def legend(self, ascii: bool) -> str:
        """What stands before the curve's name."""
        if ascii:
            return self.glyph
        return f"━{self.glyph or '━'}━" if self.glyph else "━━"


def in_16_colors(text: str) -> str:
    r"""The text with the nearest of 16 colours in place of each curve's, for a terminal that has no more.

    >>> in_16_colors("\x1b[38;5;166mlr\x1b[0m")
    '\x1b[31mlr\x1b[0m'
    """
    for code, sgr in _OF_16.items():
        text = text.replace(f"\x1b[38;5;{code}m", f"\x1b[{sgr}m")
    return text


def marks(count: int, *, ascii: bool, color: bool) -> tuple[Mark, ...]:
    """The marks of so many curves, all different (up to 64). Colours alone tell the first few apart.

    >>> [mark.glyph for mark in marks(3, ascii=True, color=False)]
    ['*', 'o', '+']
    """
    glyphs: Iterator[str]
    if ascii:
        glyphs = cycle(_ASCII + _LETTERS)
    elif count == 1 or (color and count <= len(_COLORS)):
        glyphs = cycle(("",))
    else:
        glyphs = cycle(_GLYPHS + _LETTERS)
    colors = cycle([f"38;5;{code}" for code in _COLORS] if color else [""])
    return tuple(Mark(glyph, code) for glyph, code in islice(zip(glyphs, colors, strict=False), count))


def marker_places(
    cells: Owners, curves: int, width: int, crowd: Collection[Cell] = (), *, dots: bool = True
) -> dict[Cell, int]:
    """The cells with a marker, and whose: every so many columns, each curve at columns of its own.

    Where curves run together their markers stand together, too: one alone would say that the others are elsewhere. A
    piece where a curve left the others has at least one, and so has every curve. A curve that is mostly in a crowd has
    one alone, as far from those of the others as it can be. Without `dots` a curve is drawn with its markers, and only
    those in a crowd need any.
    """
    owned: list[list[Cell]] = [[] for _ in range(curves)]
    for at in sorted(cells, key=lambda at: (at[1], at[0])):
        for i in cells[at]:
            owned[i].append(at)
    hidden = [i for i, mine in enumerate(owned) if 2 * sum(at in crowd for at in mine) > len(mine)] if crowd else []
    free = {at: [i for i in owners if i not in hidden] for at, owners in cells.items() if at not in crowd}
    places = _outside({at: owners for at, owners in free.items() if owners}, curves, width) if dots else {}
    for i in hidden:
        unmarked = [at for at in owned[i] if at not in places]
        if unmarked:
            places[max(unmarked, key=lambda at: min((_distance(at, other) for other in places), default=0))] = i
    return places


def _distance(cell: Cell, other: Cell) -> int:
    """The square of how far two cells are apart; a cell is twice as high as it is wide."""
    return 4 * (cell[0] - other[0]) ** 2 + (cell[1] - other[1]) ** 2


def _outside(cells: Owners, curves: int, width: int) -> dict[Cell, int]:
    places: dict[Cell, int] = {}
    period = max(8, width // 6)
    for i in range(curves):
        passed = sorted((at for at, owners in cells.items() if i in owners), key=lambda at: (at[1], at[0]))
        columns = sorted({column for _, column in passed})
        offset = (2 * i + 1) * period // (2 * curves)
        for column in [c for c in columns if c % period == offset]:
            rows = [row for row, c in passed if c == column and (row, c) not in places]
            if not rows:
                continue
            at = (rows[len(rows) // 2], column)
            if len(cells[at]) == 1:
                places[at] = i
            elif i == cells[at][0]:
                places.update(zip(_together(cells, at, places), cells[at], strict=False))
        for piece in _pieces(cells, i):
            if places.keys().isdisjoint(piece):
                places[piece[len(piece) // 2]] = i
        free = [at for at in passed if at not in places]
        if free and i not in places.values():
            alone = [at for at in free if len(cells[at]) == 1]
            at = (alone or free)[len(alone or free) // 2]
            places[at] = i
    return places


def _together(cells: Owners, at: Cell, taken: Collection[Cell]) -> list[Cell]:
    """The cell and those right of it, one for each of the curves that run along all of them; none if they only meet."""
    row, column = at
    count = len(cells[at])
    along = [(row, column + n) for n in range(count + 1)]
    return along[:count] if all(cells.get(cell) == cells[at] and cell not in taken for cell in along) else []


def _pieces(cells: Owners, i: int) -> list[list[Cell]]:
    """Where curve i, which mostly runs along others, is alone: the longest pieces, each in order of its columns."""
    left = {at for at, owners in cells.items() if owners == [i]}
    if 2 * len(left) >= sum(i in owners for owners in cells.values()):
        return []  # it is apart from the others, and meets them here and there
    pieces: list[list[Cell]] = []
    while left:
        piece, edge = [], [left.pop()]
        while edge:
            row, column = edge.pop()
            piece.append((row, column))
            beside = {(row + r, column + c) for r in (-1, 0, 1) for c in (-1, 0, 1)} & left
            left -= beside
            edge += beside
        if len(piece) >= _PIECE:
            pieces.append(sorted(piece, key=lambda at: (at[1], at[0])))
    return sorted(pieces, key=lambda piece: (-len(piece), piece))[:_MOST_PIECES]
