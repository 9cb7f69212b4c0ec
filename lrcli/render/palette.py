"""How the curves of one plot are told apart: by colour, by marker, or by both."""

from __future__ import annotations

from collections.abc import Iterator
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
