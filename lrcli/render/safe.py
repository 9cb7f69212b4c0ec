"""Names and texts of a user's files, made safe to print on a terminal."""

from __future__ import annotations

import unicodedata

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200d", "\ufe0f"}


def printable(text: str, *, ascii: bool = False) -> str:
    r"""The text with control characters, escape sequences and direction marks written as visible escapes.

    A file can be called anything, and a terminal would obey. `ascii` escapes everything outside ASCII, too.

    >>> printable("a\x1b[31mred\n")
    'a\\x1b[31mred\\n'
    >>> printable("größe", ascii=True)
    'gr\\xf6\\xdfe'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(c) if _is_unsafe(c) or (ascii and not c.isascii()) else c for c in text)


def _is_unsafe(c: str) -> bool:
    return unicodedata.category(c) in _UNSAFE and c not in _JOINERS


def _escape(c: str) -> str:
    return c.encode("unicode_escape").decode("ascii")


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
