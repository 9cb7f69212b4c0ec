"""A vector picture as a page of PDF: what svglib and reportlab make of it, in the font that every reader has."""

from __future__ import annotations

import io
from typing import Any

from lrcli.errors import LrcliError
from lrcli.render.chart import Picture
from lrcli.render.pictures import PIXELS
from lrcli.render.pictures.svg import themed

ENDINGS = (".pdf",)
SIZES = PIXELS
TAKES = ("theme",)

_MISSING = "a PDF needs svglib: pip install 'lrcli[pdf]' (or svglib); .svg needs nothing"


def draw(picture: Picture) -> bytes:
    """The picture as one page of its size. Raises LrcliError without svglib, and for letters that Helvetica lacks."""
    svg = themed(picture, "light")
    try:
        from reportlab.graphics import renderPDF
        from reportlab.pdfgen.canvas import Canvas
        from svglib.svglib import svg2rlg
    except ImportError:
        raise LrcliError(_MISSING) from None
    other = next((letter for letter in svg if not _is_western(letter)), "")
    if other:
        raise LrcliError(
            f"the font of a PDF has no letter {other!r}: write .svg, .png or .html, or a --title without it"
        )
    drawing: Any = svg2rlg(io.StringIO(svg))
    page = io.BytesIO()
    canvas = Canvas(page, pagesize=(drawing.width, drawing.height), invariant=1)  # without the hour
    renderPDF.draw(drawing, canvas, 0, 0)
    canvas.save()
    return page.getvalue()


def _is_western(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
