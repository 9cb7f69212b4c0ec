"""Texts of a vector picture: escaped, measured, placed."""

from __future__ import annotations

import unicodedata

from lrcli.printable import printable

_NARROW = frozenset("fijlrtI.,:;'|!()[]{}/- ")
_WIDE = frozenset("mwMW@%&")


def escaped_xml(svg_text: str) -> str:
    r"""A user's text for XML or HTML, between tags or in a quoted attribute.

    What XML cannot hold at all, controls and half characters, is written as a visible escape.

    >>> escaped_xml("<b>'R&D'\x1b")
    '&lt;b&gt;&#39;R&amp;D&#39;\\x1b'
    """
    svg_text = printable(svg_text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return svg_text.replace('"', "&quot;").replace("'", "&#39;")


def svg_number(value: float) -> str:
    """A coordinate, to a tenth of a pixel.

    >>> svg_number(12.0), svg_number(0.25), svg_number(-0.01)
    ('12', '0.2', '0')
    """
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")  # + 0.0: there is no -0


def text_width(svg_text: str, size: float = 12) -> float:
    """About how wide a text is. Which font draws it nobody knows: this is a wide one, so that nothing overlaps."""
    return sum(map(_em, svg_text)) * size


def _em(char: str) -> float:
    if char in _NARROW:
        return 0.4
    if char in _WIDE:
        return 0.95
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    return 0.72 if char.isupper() else 0.62


def svg_text(x: float, y: float, content: str, *, anchor: str = "", css: str = "", size: int = 0) -> str:
    """A text element; its content is escaped here. A size is that of a title."""
    attributes = (f' class="{css}"' if css else "") + (f' text-anchor="{anchor}"' if anchor else "")
    attributes += f' font-size="{size}" font-weight="bold"' if size else ""
    return f'<text x="{svg_number(x)}" y="{svg_number(y)}"{attributes}>{escaped_xml(content)}</text>'
