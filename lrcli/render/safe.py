"""The cells that a text takes on a terminal, and texts cut to fit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

_JOINERS = {"\u200d", "\ufe0f"}


def cell_width(text: str) -> int:
    """How many terminal cells a printable text takes: East Asian wide characters two, combining marks none.

    >>> cell_width("lr"), cell_width("学習")
    (2, 4)
    """
    if text.isascii():
        return len(text)
    return sum(_width(c) for c in text)


def _width(c: str) -> int:
    if unicodedata.combining(c) or c in _JOINERS:
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    r"""The rows as lines, each column but the last filled up to its widest cell.

    >>> list(aligned([("a", "one"), ("long", "")]))
    ['a     one\n', 'long\n']
    """
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)][:-1]
    for *cells, last in rows:
        filled = [cell + " " * (width - cell_width(cell)) for cell, width in zip(cells, widths, strict=True)]
        yield "  ".join((*filled, last)).rstrip() + "\n"


def clip(text: str, width: int, *, ascii: bool = False) -> str:
    """The text, shortened to `width` cells by leaving out its middle: names differ at either end.

    >>> clip("backbone", 6), clip("backbone", 6, ascii=True), clip("head", 6)
    ('bac…ne', 'ba..ne', 'head')
    """
    if cell_width(text) <= width:
        return text
    mark = (".." if ascii else "…")[: max(width, 0)]
    room = max(0, width - len(mark))
    return _start(text, room - room // 2) + mark + _start(text[::-1], room // 2)[::-1]


def _start(text: str, width: int) -> str:
    used = 0
    for i, c in enumerate(text):
        used += _width(c)
        if used > width:
            return text[:i]
    return text
