"""The drawing itself: curves on a grid of characters. plotext is known here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from lrcli.render.band import CanvasPoint, Extent, band_extents, braille_band, column_extents, crowds
from lrcli.render.palette import Cell, Mark, marker_places
from lrcli.values import dataclass

_BLANK = 0x2800
_HUGE = 1e290
_DIM = "2"
_DASH = 3  # where curves coincide, so many cells of one, then so many of the next

Polyline = tuple[Sequence[float], Sequence[float]]
StyledText = tuple[str, str]
"""A piece of text and its style, an SGR code or ""."""


@dataclass(frozen=True)
class Area:
    """A canvas of characters and the values at its edges."""

    width: int
    height: int
    left: float
    right: float
    bottom: float
    top: float
    ascii: bool = False

    @property
    def dots(self) -> int:
        """How many dots stand above each other in a cell."""
        return 1 if self.ascii else 4

    @property
    def scale(self) -> float:
        """What values are multiplied by before plotext sees them: the pixels of a run that diverges would overflow."""
        return 2.0**-64 if max(abs(self.bottom), abs(self.top)) > _HUGE else 1.0

    def place(self, x: float, y: float) -> CanvasPoint:
        """The column, and the height in dots from the bottom, where plotext draws a point; both may be fractions."""
        columns = 1 if self.ascii else 2
        low, high = self.bottom * self.scale, self.top * self.scale
        column = _pixel(x, self.left, self.right, self.width * columns) / columns
        return column, _pixel(y * self.scale, low, high, self.height * self.dots)

    def column(self, x: float) -> int:
        return math.floor(self.place(x, self.bottom)[0])

    def row(self, y: float) -> int:
        return self.height - 1 - math.floor(self.place(self.left, y)[1]) // self.dots


def _pixel(value: float, low: float, high: float, count: int) -> float:
    return round(0.5 + (count - 1) * (value - low) / (high - low), 8)


def draw_canvas(curves: Sequence[Sequence[Polyline]], marks: Sequence[Mark], area: Area) -> list[list[StyledText]]:
    """The rows of a canvas that holds all the curves, each a list of runs without gaps.

    Where curves share a cell their colours (in ASCII their markers) take turns, so that none hides another.
    """
    cells: dict[Cell, list[int]] = {}
    dots: dict[Cell, int] = {}
    places = [[[area.place(x, y) for x, y in zip(xs, ys, strict=True)] for xs, ys in runs if xs] for runs in curves]
    for i, runs in enumerate(curves):
        for at, code in _strokes(runs, places[i], area).items():
            cells.setdefault(at, []).append(i)
            dots[at] = dots.get(at, _BLANK) | code
    row = 2 if area.ascii else area.dots  # in characters lines are apart if there is an empty row between them
    crowded = crowds([column_extents(runs) for runs in places], row) if len(curves) > 1 else {}
    crowd = _filled(crowded, area, ":")
    shown = {at: owners[sum(at) // _DASH % len(owners)] for at, owners in cells.items()}
    segments = {at: (marks[i].glyph if area.ascii else chr(dots[at]), marks[i].color) for at, i in shown.items()}
    segments |= {at: (chr(code), _DIM) for at, code in crowd.items()}
    if all(mark.glyph for mark in marks) and (crowd or not area.ascii):
        marked = marker_places(cells, len(marks), area.width, crowd, dots=not area.ascii)
        segments |= {at: (marks[i].glyph, marks[i].color) for at, i in marked.items()}
    return [[segments.get((row, column), (" ", "")) for column in range(area.width)] for row in range(area.height)]


def _filled(bands: Mapping[int, Collection[int]], area: Area, mark: str) -> dict[Cell, int]:
    """The cells of bands that are filled at these dots of each column; in ASCII they hold `mark`."""
    cells: dict[Cell, int] = {}
    for column in bands.keys() & set(range(area.width)):
        if area.ascii:
            cells |= {(area.height - 1 - dot, column): ord(mark) for dot in bands[column]}
        else:
            bits = braille_band(bands[column], area.height)
            cells |= {(row, column): _BLANK | code for row, code in bits.items()}
    return cells


def _strokes(runs: Sequence[Polyline], places: Sequence[Sequence[CanvasPoint]], area: Area) -> dict[Cell, int]:
    """One curve's cells and the characters in them; a band where it goes up and down too fast to be followed."""
    bands: dict[int, Extent] = {}
    for run in places:
        bands |= band_extents(run, area.height * area.dots)
    strokes = {
        (row, column): ord(char)
        for row, text in enumerate(_raster(runs, area))
        for column, char in enumerate(text)
        if char != " " and column not in bands
    }
    return strokes | _filled({column: extent.dots for column, extent in bands.items()}, area, "*")


def _raster(runs: Sequence[Polyline], area: Area) -> list[str]:
    """One curve alone, as rows of Braille or, in ASCII, of asterisks."""
    import plotext  # 30 ms, for those who plot

    plotext.clear_figure()  # plotext has one figure for the whole process
    plotext.limit_size(False, False)
    plotext.plotsize(area.width, area.height)
    plotext.theme("clear")
    plotext.frame(False)
    plotext.xticks([])
    plotext.yticks([])
    plotext.xlim(area.left, area.right)
    scale = area.scale
    plotext.ylim(area.bottom * scale, area.top * scale)
    for xs, ys in runs:
        plotext.plot(xs, [y * scale for y in ys], marker="*" if area.ascii else "braille")
    return str(plotext.uncolorize(plotext.build())).split("\n")[: area.height] if runs else []


def paint(segments: Sequence[StyledText], color: bool) -> str:
    """Segments as text, without blanks at the end; with their styles where colour is wanted."""
    text = "".join(part for part, _ in segments).rstrip()
    if not color:
        return text
    painted, style, used = "", "", 0
    for part, new in segments:
        part = part[: max(0, len(text) - used)]
        used += len(part)
        if part.strip() and new != style:
            painted += ("\x1b[0m" if style else "") + (f"\x1b[{new}m" if new else "")
            style = new
        painted += part
    return painted + ("\x1b[0m" if style else "")
