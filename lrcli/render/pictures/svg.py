"""A vector picture, for a README or a review: see `lrcli.render.svg`."""

from __future__ import annotations

from lrcli.render.pictures import PIXELS, Picture
from lrcli.render.svg import HEIGHT, WIDTH, plot_svg

ENDINGS = (".svg",)
SIZES = PIXELS
TAKES = ("theme",)


def draw(picture: Picture) -> str:
    return themed(picture, "auto")


def themed(picture: Picture, default: str) -> str:
    """The picture as SVG, in a theme of its own where nobody asks for one."""
    look = picture.look
    width, height, theme = look.width or WIDTH, look.height or HEIGHT, look.theme or default
    return plot_svg(picture.runs, width=width, height=height, theme=theme, **picture.content)
