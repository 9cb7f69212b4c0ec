"""Which curve is which: labels at the curves' ends where they are apart, else rows above the panels.

Neither covers a curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from lrcli.printable import printable
from lrcli.render.chart import Point
from lrcli.render.safe import clip
from lrcli.render.svg.curves import THIN
from lrcli.render.svg.theme import CurveLook, svg_number, svg_text, text_width
from lrcli.values import dataclass

_ROW = 20
_APART = 15
"""Labels at the curves' ends are at least so many pixels apart."""
_SWATCH = 24
_GAP = 18
_LONGEST = 40
"""A name with more characters loses its middle."""


def legend_names(names: Sequence[str]) -> list[str]:
    return [clip(printable(name), _LONGEST) for name in names]


def _entry_width(name: str) -> float:
    return _SWATCH + 6 + text_width(name)


@dataclass(frozen=True)
class Boxed:
    """A legend in rows: which curves stand in which, and how far apart they begin (0: as they come)."""

    names: Sequence[str]
    rows: Sequence[Sequence[int]]
    column: float

    @property
    def height(self) -> float:
        return len(self.rows) * _ROW

    def drawn(self, left: float, top: float, looks: Sequence[CurveLook]) -> Iterator[str]:
        for line, row in enumerate(self.rows):
            x, y = left, top + (line + 0.5) * _ROW
            for i in row:
                yield stroke(looks[i], f"M{svg_number(x)},{svg_number(y)}h{_SWATCH}") + "</path>"
                yield svg_text(x + _SWATCH + 6, y + 4, self.names[i], css="ink")
                x += self.column or _entry_width(self.names[i]) + _GAP


def boxed(names: Sequence[str], width: float) -> Boxed:
    """The legend of so many pixels, in columns if it has several rows."""
    widths = [_entry_width(name) for name in names]
    if sum(widths) + _GAP * (len(names) - 1) <= width:
        return Boxed(names, [range(len(names))], 0)
    column = max(widths) + _GAP
    per_row = max(1, int((width + _GAP) // column))
    rows = [range(i, min(i + per_row, len(names))) for i in range(0, len(names), per_row)]
    return Boxed(names, rows, column)


def fits_ends(ends: Sequence[Point]) -> bool:
    return all(below - above >= _APART for above, below in pairwise(sorted(y for _, y in ends)))


def label_room(names: Sequence[str]) -> float:
    return max(map(text_width, names)) + 12


def at_ends(names: Sequence[str], ends: Sequence[Point], looks: Sequence[CurveLook]) -> Iterator[str]:
    """The labels, each with a dot at its curve's end."""
    right = max(x for x, _ in ends)
    for look, name, (x, y) in zip(looks, names, ends, strict=True):
        yield f'<circle class="{look.fill}" cx="{svg_number(x)}" cy="{svg_number(y)}" r="3.5"/>'
        yield svg_text(right + 10, y + 4, name, css="ink")


def stroke(look: CurveLook, d: str, dashes: str = "") -> str:
    """The path of a curve, open for a title; with dashes of its own, or those given."""
    dashes = look.dashes or dashes
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path class="{look.stroke}" stroke-width="{svg_number(THIN)}"{pattern} d="{d}">'
