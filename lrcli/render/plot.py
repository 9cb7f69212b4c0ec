"""One terminal plot of learning-rate curves, as text.

plotext draws the curves (`canvas`); title, axes, ticks, legend and facts are set around its canvas here, where nothing
covers a curve.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.printable import printable
from lrcli.render import facts
from lrcli.render.axes import XAxis, YAxis, contents_of, scale
from lrcli.render.canvas import Area, StyledText, draw_canvas, paint
from lrcli.render.chart import Chart, chart_of
from lrcli.render.palette import marks
from lrcli.render.safe import cell_width, clip
from lrcli.series import Series
from lrcli.spec import Spec

_BOLD = "1"
_DIM = "2"


def plot_specs(
    runs: Sequence[Spec | Series],
    *,
    width: int = 80,
    height: int = 23,
    log: bool = False,
    ascii: bool = False,
    color: bool = False,
    ranges: Sequence[tuple[int, int]] | None = None,
    title: str | None = None,
    percent: bool = False,
) -> str:
    """The plot of all parameter groups of all runs, overlaid: at most `height` lines of at most `width` cells.

    Each run shows its `reading`, under the name that `curve_names` gives it. `ranges` holds the half-open rows
    (start, stop) to show of each run, in its own rows; None shows all. `percent` lays runs of different lengths over
    each other, each from 0 to 100. The text ends without a newline, and has colour
    escapes only with `color`. Raises LrcliError where a schedule has no value, or epochs and steps share no axis.
    """
    chart = chart_of(runs, columns=max(8, width - 8), log=log, ranges=ranges, title=title, percent=percent)
    return render_plot(chart, width=width, height=height, ascii=ascii, color=color)


def render_plot(chart: Chart, *, width: int = 80, height: int = 23, ascii: bool = False, color: bool = False) -> str:
    """A chart as text of at most `height` lines of at most `width` cells (but never less than 4 lines of 10)."""
    width, height = max(width, 10), max(height, 4)
    looks = marks(len(chart.lines), ascii=ascii, color=color)
    several = len(chart.lines) > 1
    most = max(1, height // 3) if height >= 8 else max(0, height - (4 if several else 5))
    below = facts.lines(chart, looks, width, most, ascii) if most else []
    axis = XAxis.of(chart)
    if height < 8:
        axis = axis.short()
    room = height - 2 - len(axis.captions) - len(below)  # without title and axis

    contents, notes = contents_of(chart)
    lower = contents[1 : 1 + max(0, (room - 1) // 6)]
    lower_room = max(2, min(room // (2 + len(lower)), 9))
    room -= len(lower) * (lower_room + 1)  # and the axis between two
    if several and not below:
        notes.insert(0, "no room for the legend")
    panels = [(contents[0], contents[0].axis(room)), *((content, content.axis(lower_room)) for content in lower)]
    margin = _margin(axis, [y for _, y in panels], [content.what for content in lower], width)
    rows = [_title(chart, notes, width, ascii)]
    for (content, y), below_it in zip(panels, [*lower, None], strict=True):
        area = Area(width - margin - 1, y.height, chart.left, chart.right, y.bottom, y.top, ascii)
        rows += [
            [*scale(y, area, row, margin), *cells] for row, cells in enumerate(draw_canvas(content.curves, looks, area))
        ]
        rows.append(axis.line(area, margin, below_it.what if below_it else ""))
    rows += axis.labels(area, margin)
    return "\n".join(paint(row, color) for row in rows + below)


def _margin(x: XAxis, panels: Sequence[YAxis], names: Sequence[str], width: int) -> int:
    """The cells left of the canvas: for all that stands there, or for what leaves the canvas most of the width."""
    words = [word for word, _ in x.captions] if width >= 16 else []
    words += [name[1:] for name in names]  # their axis needs no room beside it
    words += [label for y in panels for _, label in y.ticks]
    fitting = [len(word) for word in words if len(word) < width // 2]
    return max(fitting, default=0) + 1


def _title(chart: Chart, notes: Sequence[str], width: int, ascii: bool) -> list[StyledText]:
    """The title with as much as there is room for: the name goes last."""
    full = printable(chart.title, ascii=ascii)
    name = full.rpartition(": ")[0] or full
    tails = [f" ({', '.join(notes[:n])})" if n else "" for n in range(len(notes), -1, -1)]
    fitting = [(text, tail) for text in (full, name) for tail in tails if cell_width(text + tail) <= width]
    text, tail = fitting[0] if fitting else (clip(name, width, ascii=ascii), "")
    return [(text, _BOLD), (tail, "")]
