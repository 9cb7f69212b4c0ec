"""Numbers are printed in one way, and texts of a user's files are made safe, as a terminal obeys what it is sent."""

from __future__ import annotations

import re

_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200d", "\ufe0f"}
_PLAIN = bytes(range(32, 127)) + b"\n\t"
_STYLE = "(\x1b\\[[0-9;]*m)"


def number_text(value: float, digits: int = 6) -> str:
    """A number as people read it anywhere in lrcli: with at most so many significant digits, as Python writes it.

    It is decimal from 0.0001 up to a million, else like 1e-05. In a range of that size an f-string's `:g` is the same.

    >>> [number_text(x) for x in (0.1, 0.0001, 1.0000000000000002e-05, -0.0, 1 / 3, 1e9)]
    ['0.1', '0.0001', '1e-05', '0', '0.333333', '1e+09']
    >>> number_text(12345.6, 3)
    '12300'
    """
    return f"{float(f'{value:.{digits}g}') or 0.0:.{max(digits, 6)}g}"


def count_text(n: int, what: str) -> str:
    """So many of something.

    >>> count_text(1, "row"), count_text(1000, "row")
    ('1 row', '1,000 rows')
    """
    return f"{n:,} {what}{'s' * (n != 1)}"


def times(n: int) -> str:
    """`once`, or `7 times`."""
    return "once" if n == 1 else f"{n} times"


def printable(text: str, *, ascii: bool = False) -> str:
    r"""The text with control characters, escape sequences and direction marks written as visible escapes.

    `ascii` escapes everything outside ASCII, too.

    >>> printable("a\x1b[31mred\n")
    'a\\x1b[31mred\\n'
    >>> printable("größe", ascii=True)
    'gr\\xf6\\xdfe'
    """
    if text.isprintable() and (not ascii or text.isascii()):
        return text
    return "".join(_escape(c) if _is_unsafe(c) or (ascii and not c.isascii()) else c for c in text)


def printable_output(text: str, *, styled: bool = False) -> str:
    r"""The lines of a command's output, in which a terminal finds nothing to obey but line ends and tabs.

    Every text that is written goes through here, whatever was done to the names in it before. `styled` leaves the
    sequences that set a colour or bold.

    >>> printable_output("a\tb\x1b]0;title\x07\n\x1b[1mc\x1b[0m\n")
    'a\tb\\x1b]0;title\\x07\n\\x1b[1mc\\x1b[0m\n'
    >>> printable_output("\x1b[1mc\x07\x1b[0m\n", styled=True)
    '\x1b[1mc\\x07\x1b[0m\n'
    """
    if text.isascii() and not text.encode("ascii").translate(None, _PLAIN):
        return text  # nearly every text, and in a hundredth of the time
    if styled:
        pieces = re.split(_STYLE, text)
        return "".join(piece if i % 2 else printable_output(piece) for i, piece in enumerate(pieces))
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def _is_unsafe(c: str) -> bool:
    import unicodedata  # not above: few texts need it

    return unicodedata.category(c) in _UNSAFE and c not in _JOINERS


def _escape(c: str) -> str:
    return c.encode("unicode_escape").decode("ascii")
