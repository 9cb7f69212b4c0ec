"""The plot in characters, for a terminal."""

from __future__ import annotations

from lrcli.render import MOST_COLUMNS, MOST_LINES
from lrcli.render.pictures import Picture
from lrcli.render.plot import plot_specs

ENDINGS: tuple[str, ...] = ()
SIZES = {"width": (10, MOST_COLUMNS, "columns"), "height": (4, MOST_LINES, "lines")}
TAKES = ("ascii",)


def draw(picture: Picture) -> str:
    """The plot, as large as the terminal where nothing else is asked for."""
    look = picture.look
    width, height = look.width or look.columns, look.height or look.lines
    return plot_specs(picture.runs, width=width, height=height, ascii=look.ascii, color=look.color, **picture.content)
