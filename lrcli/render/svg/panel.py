"""The panels of a vector picture: the curves, a plateau's metric and the momentum under them, their axes; the legend.

A legend is labels at the curves' ends where they are apart, else rows above the panels. Neither covers a curve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from lrcli.printable import number_text, printable
from lrcli.render.axes import Content, XAxis, YAxis, count_labels, x_ticks
from lrcli.render.chart import Chart, Point
from lrcli.render.safe import clip
from lrcli.render.svg import CurveLook, escaped_xml, svg_number, svg_text, text_width
from lrcli.render.svg.curves import THIN, Frame, envelope, path, stretches
from lrcli.values import dataclass

AXIS_ROW = 20
"""A row of labels under the axis, or of the legend, is so high."""

_METRIC = 1 / 3
"""The panel of the metric, or of the momentum, has this share of the height."""
_TWO_BELOW = 1 / 4
"""Where there are both, each of them has this share."""
_BETWEEN = 36
"""Two panels are so many pixels apart."""
_TICK = 17
"""An axis has as many ticks as in a terminal, where a row is about so many pixels high."""
_INSET = 8
"""The curves end so many pixels before an axis, unless the axis is zero."""


_MOST_DECADES = 8
"""On a longer axis minor ticks would be less than two pixels apart."""

_APART = 15
"""Labels at the curves' ends are at least so many pixels apart."""
_SWATCH = 24
_GAP = 18
_LONGEST = 40
"""A name with more characters loses its middle."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


def axis_of(content: Content, height: float) -> YAxis:
    axis = content.axis(max(3, int(height / _TICK)))
    return _with_ends(axis) if content.log else axis


def _with_ends(axis: YAxis) -> YAxis:
    """A logarithmic axis whose ends have labels, too, where no other is near."""
    near = 0.06 * (axis.top - axis.bottom)
    ends = [end for end in (axis.bottom, axis.top) if all(abs(end - tick) > near for tick, _ in axis.ticks)]
    return replace(axis, ticks=(*axis.ticks, *((end, number_text(10**end, 3)) for end in ends)))


def _minor_ticks(axis: YAxis) -> list[float]:
    """Where 2 to 9 times each power of ten is on a logarithmic axis; none where they would run together."""
    if axis.top - axis.bottom > _MOST_DECADES:
        return []
    decades = range(math.floor(axis.bottom), math.ceil(axis.top))
    places = (decade + math.log10(n) for decade in decades for n in range(2, 10))
    return [place for place in places if axis.bottom <= place <= axis.top]


@dataclass(frozen=True)
class Panel:
    """A content with its place: `frame` maps its values to pixels, the x axis is at `floor`."""

    content: Content
    axis: YAxis
    frame: Frame
    floor: float

    def points(self) -> list[list[list[Point]]]:
        return [[self.frame.points(run) for run in runs] for runs in self.content.curves]


def placed(chart: Chart, contents: Sequence[Content], box: Box) -> list[Panel]:
    left, top, right, bottom = box
    below = len(contents) - 1
    share = (bottom - top) * (_METRIC if below < 2 else _TWO_BELOW) + _BETWEEN
    splits = [
        top - _BETWEEN / 2,
        *(bottom + _BETWEEN / 2 - share * n for n in range(below, 0, -1)),
        bottom + _BETWEEN / 2,
    ]
    edges = [(high + _BETWEEN / 2, low - _BETWEEN / 2) for high, low in pairwise(splits)]
    panels = []
    for content, (ceiling, floor) in zip(contents, edges, strict=True):
        axis = axis_of(content, floor - ceiling)
        low = floor if axis.bottom == 0 and not content.log else floor - _INSET
        frame = Frame(left, ceiling + _INSET, right, low, chart.left, chart.right, axis.bottom, axis.top)
        panels.append(Panel(content, axis, frame, floor))
    return panels


def drawn(panel: Panel, titles: Sequence[str], looks: Sequence[CurveLook], *, filled: bool) -> Iterator[str]:
    frame = panel.frame
    grid = "".join(
        f"M{svg_number(frame.left)},{svg_number(frame.y(value))}H{svg_number(frame.right)}"
        for value, _ in panel.axis.ticks
    )
    yield f'<path class="grid" d="{grid}"/>'
    for value, label in panel.axis.ticks:
        yield svg_text(frame.left - 10, frame.y(value) + 4, label, anchor="end")
    minor = _minor_ticks(panel.axis) if panel.content.log else []
    if minor:
        ticks = "".join(f"M{svg_number(frame.left - 4)},{svg_number(frame.y(place))}h4" for place in minor)
        yield f'<path class="axis" d="{ticks}"/>'
    if panel.content.what:
        yield svg_text(frame.left, frame.top - _INSET - 6, panel.content.what)
    curves: list[list[list[Point]]] = []
    for look, runs in zip(looks, panel.points(), strict=True):
        bands = [envelope(run) for run in runs]
        curves.append([run for run, band in zip(runs, bands, strict=True) if not band])
        d = "".join(f"{path(band)}Z" for band in bands if band)
        if d:
            yield f'<path class="{look.fill}" fill-opacity=".6" d="{d}"/>'
    pieces_of = stretches(curves, frame.left, frame.right)
    for look, title, paths, pieces in zip(looks, titles, curves, pieces_of, strict=True):
        if filled:
            area = "".join(f"{path(points)}V{svg_number(panel.floor)}H{svg_number(points[0][0])}Z" for points in paths)
            yield f'<path class="{look.fill}" stroke="none" fill-opacity=".1" d="{area}"/>'
        dashes = dict.fromkeys(piece.dash for piece in pieces)
        strokes = [(dash, "".join(path(piece.points) for piece in pieces if piece.dash == dash)) for dash in dashes]
        end = f"<title>{escaped_xml(title)}</title></path>"
        yield from (stroke(look, d, dash) + end for dash, d in strokes)


def x_axis(chart: Chart, panels: Sequence[Panel]) -> Iterator[str]:
    """The axis under each panel, its labels under the last: epochs, and steps where both are known."""
    frame = panels[-1].frame
    rows = _x_rows(chart, frame)
    for panel in panels:
        ticks = "".join(f"M{svg_number(x)},{svg_number(panel.floor)}v5" for x, _ in rows[0][1])
        floor = f"M{svg_number(frame.left)},{svg_number(panel.floor)}H{svg_number(frame.right)}"
        yield f'<path class="axis" d="{floor}{ticks}"/>'
    for n, (caption, labels) in enumerate(rows):
        y = panels[-1].floor + 18 + n * AXIS_ROW
        if n:  # its own ticks
            ticks = "".join(f"M{svg_number(x)},{svg_number(y - 14)}v4" for x, _ in labels)
            yield f'<path class="axis" d="{ticks}"/>'
        beside = labels[0][0] - text_width(labels[0][1]) / 2 - 6 if labels else frame.left
        yield svg_text(max(min(frame.left - 10, beside), text_width(caption)), y, caption, anchor="end")
        for x, label in labels:
            yield svg_text(x, y, label, anchor="middle")


def _x_rows(chart: Chart, frame: Frame) -> list[tuple[str, list[tuple[float, str]]]]:
    """Each row of labels: what it counts, and where which label stands."""
    rows = []
    for caption, factor in XAxis.of(chart).captions:

        def places(ticks: Sequence[float], factor: float = factor) -> list[tuple[float, str]]:
            return [(frame.x(t / factor), label) for t, label in zip(ticks, count_labels(ticks), strict=True)]

        def fits(ticks: Sequence[float]) -> bool:
            apart = pairwise(places(ticks))
            return all(b[0] - a[0] > (text_width(a[1]) + text_width(b[1])) / 2 + 16 for a, b in apart)

        most = max(2, int((frame.right - frame.left) / 56))
        ticks = x_ticks(chart.left * factor, chart.right * factor, most, fits)
        rows.append((caption, places(ticks)))
    return [row for row in rows if len(row[1]) > 1] or rows[:1]


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
        return len(self.rows) * AXIS_ROW

    def drawn(self, left: float, top: float, looks: Sequence[CurveLook]) -> Iterator[str]:
        for line, row in enumerate(self.rows):
            x, y = left, top + (line + 0.5) * AXIS_ROW
            for i in row:
                yield stroke(looks[i], f"M{svg_number(x)},{svg_number(y)}h{_SWATCH}") + "</path>"
                yield svg_text(x + _SWATCH + 6, y + 4, self.names[i], css="ink")
                x += self.column or _entry_width(self.names[i]) + _GAP


def boxed_legend(names: Sequence[str], width: float) -> Boxed:
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


def legend_at_ends(names: Sequence[str], ends: Sequence[Point], looks: Sequence[CurveLook]) -> Iterator[str]:
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
