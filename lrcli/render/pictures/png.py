"""A vector picture as pixels: what resvg draws of it, with a font that is there."""

from __future__ import annotations

import re
from functools import cache
from types import ModuleType

from lrcli.errors import LrcliError
from lrcli.render.chart import Picture
from lrcli.render.pictures import PIXELS
from lrcli.render.pictures.svg import themed

ENDINGS = (".png",)
SIZES = PIXELS
TAKES = ("theme", "scale")

SCALE = 2.0
"""A pixel of the drawing becomes so many of the picture: twice as many are sharp on today's screens."""
MOST = 20_000
"""A side has at most so many pixels."""

_FAMILIES = (
    *("DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica", "Helvetica Neue", "Segoe UI", "Roboto"),
    *("Ubuntu", "Cantarell", "Open Sans", "Inter", "Lato", "Carlito", "FreeSans", "Nimbus Sans", "Verdana", "Tahoma"),
    *("DejaVu Sans Mono", "Liberation Mono", "Courier New", "DejaVu Serif", "Liberation Serif", "Times New Roman"),
)
"""These families draw digits and Latin letters; the nearest to the picture's own stands first."""


def draw(picture: Picture) -> bytes:
    """The picture, `scale` pixels for each of its own. Raises LrcliError without resvg, and without any font."""
    svg = themed(picture, "light")
    scale = SCALE if picture.look.scale is None else picture.look.scale
    resvg = _resvg()
    size = re.search(r'width="(\d+)" height="(\d+)"', svg)
    if size and max(map(int, size.groups())) * scale > MOST:
        raise LrcliError(f"--scale {scale:g} makes a side of more than {MOST:,} pixels")
    family = _family()
    if family is None:
        raise LrcliError(
            "no font is installed that draws the text of a PNG: install one (Debian: fonts-dejavu-core), or write .svg"
        )
    return bytes(resvg.svg_to_bytes(svg_string=svg, zoom=scale, sans_serif_family=family, font_family=family))


def _resvg() -> ModuleType:
    try:
        import resvg_py
    except ImportError:
        raise LrcliError("a PNG needs resvg: pip install 'lrcli[png]' (or resvg-py); .svg needs nothing") from None
    module: ModuleType = resvg_py
    return module


@cache
def _family() -> str | None:
    """The first family whose glyphs are really drawn."""
    resvg = _resvg()
    blank = _sample("")

    def draws(family: str) -> bool:
        sample = resvg.svg_to_bytes(svg_string=_sample("0123 lr"), sans_serif_family=family, font_family=family)
        return bytes(sample) != bytes(resvg.svg_to_bytes(svg_string=blank))

    return next((family for family in _FAMILIES if draws(family)), None)


def _sample(text: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20">'
        f'<text x="2" y="16" style="font-family:sans-serif">{text}</text></svg>'
    )
