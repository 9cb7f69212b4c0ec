"""One terminal plot of learning-rate curves, as text.

plotext draws the curves (`canvas`); title, axes, ticks, legend and facts are set around its canvas here, where nothing
covers a curve.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.printable import printable
from lrcli.render import MOST_COLUMNS, MOST_LINES
from lrcli.render.axes import XAxis, YAxis, contents_of, scale
from lrcli.render.canvas import Area, StyledText, draw_canvas, paint
from lrcli.render.chart import Chart, Line, Picture, chart_of, facts_in_digits
from lrcli.render.palette import Mark, marks
from lrcli.render.safe import cell_width, clip

ENDINGS: tuple[str, ...] = ()
SIZES = {"width": (10, MOST_COLUMNS, "columns"), "height": (4, MOST_LINES, "lines")}
TAKES = ("ascii",)

_BOLD = "1"
_DIM = "2"
FactText = tuple[str, str]
"""A word and its number; either may be empty."""


def draw(picture: Picture) -> str:
    """The plot, as large as the terminal where nothing else is asked for.

    It is at most so many lines of so many cells, without a newline at its end, with colour escapes only for a look in
    colour.
    """
    look = picture.look
    width, height = look.width or look.columns, look.height or look.lines
    chart = chart_of(picture, max(8, width - 8))
    return render_plot(chart, width=width, height=height, ascii=look.ascii, color=look.color)


def render_plot(chart: Chart, *, width: int = 80, height: int = 23, ascii: bool = False, color: bool = False) -> str:
    """A chart as text of at most `height` lines of at most `width` cells (but never less than 4 lines of 10)."""
    width, height = max(width, 10), max(height, 4)
    looks = marks(len(chart.lines), ascii=ascii, color=color)
    several = len(chart.lines) > 1
    most = max(1, height // 3) if height >= 8 else max(0, height - (4 if several else 5))
    below = _facts_lines(chart, looks, width, most, ascii) if most else []
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


def _facts_lines(chart: Chart, looks: Sequence[Mark], width: int, most: int, ascii: bool) -> list[list[StyledText]]:
    """At most `most` lines: the facts of every curve if they fit, else all names, side by side.

    One curve alone needs no name. Where a line is too long, words go first, then numbers, each as a whole.
    """
    if len(chart.lines) == 1:
        return _alone(chart.lines[0], chart.unit, width, most, ascii)
    names = [printable(line.name, ascii=ascii) for line in chart.lines]
    if len(names) <= most:
        return _table(chart, names, looks, width, ascii)
    return _legend(names, looks, width, most, ascii)


def facts_text(line: Line) -> str:
    """The facts of one curve in words, where there is room for all of them."""
    return " · ".join(_text(part) for part in _parts(line, line.unit, 0, False))


def _parts(line: Line, axis: str, brevity: int, ascii: bool) -> list[FactText]:
    """The facts in words; a greater brevity (0 to 4) makes do with less, but for a unit that is not the axis's."""
    facts = line.facts
    if facts is None:
        return [("", "no value")]
    first, peak, last, mean = facts_in_digits(facts, 4)
    row = f"{line.unit} {facts.peak_at}" if brevity == 0 or line.unit != axis else str(facts.peak_at)
    if brevity <= 1:
        return [("first", first), ("peak", f"{peak} at {row}"), ("last", last), ("mean", mean)]
    span = f"{first} {'->' if ascii else '→'} {last}"
    return [("", span), ("peak", f"{peak}@{row}"), ("mean", mean)][: 5 - brevity]


def _text(part: FactText) -> str:
    return " ".join(filter(None, part))


def _alone(line: Line, axis: str, width: int, most: int, ascii: bool) -> list[list[StyledText]]:
    for brevity in range(3):
        entries = [_entry(part) for part in _parts(line, axis, brevity, ascii)]
        for gap in (3, 2):
            if _row_width(entries, gap) <= width:
                return side_by_side(entries, width, 1, gap)
    fitting = [entry for entry in entries if _row_width([entry], 0) <= width]
    return side_by_side(fitting, width, len(fitting))[:most]


def _entry(part: FactText) -> list[StyledText]:
    word, figure = part
    return [(word + " " if word else "", _DIM), (figure, "")]


def _table(
    chart: Chart, names: Sequence[str], looks: Sequence[Mark], width: int, ascii: bool
) -> list[list[StyledText]]:
    """One line per curve: marker, name, facts in columns."""
    keys = [look.legend(ascii) for look in looks]
    key_width = max(map(len, keys))
    least = min(max(map(cell_width, names)), max(8, width * 2 // 5))
    for brevity in range(5):
        table = [_parts(line, chart.unit, brevity, ascii) for line in chart.lines]
        widths = [max(len(_text(row[i])) for row in table if i < len(row)) for i in range(max(map(len, table)))]
        gap = 2 if brevity < 2 else 1
        name_width = width - key_width - 1 - sum(widths) - gap * len(widths)
        if name_width >= least:
            break
    else:
        table, widths, name_width = [[] for _ in chart.lines], [], width - key_width - 1
    name_width = min(name_width, max(map(cell_width, names)))
    rows: list[list[StyledText]] = []
    for key, look, name, parts in zip(keys, looks, names, table, strict=True):
        name = clip(name, name_width, ascii=ascii)
        row: list[StyledText] = [(key.ljust(key_width), look.color), (" " + name, "")]
        row.append((" " * (name_width - cell_width(name)), ""))
        for (word, figure), column in zip(parts, widths, strict=False):
            pad = column - len(_text((word, figure)))
            row += [(" " * gap + (word + " " if word else ""), _DIM), (figure + " " * pad, "")]
        rows.append(row)
    return rows


def _legend(names: Sequence[str], looks: Sequence[Mark], width: int, most: int, ascii: bool) -> list[list[StyledText]]:
    keys = [look.legend(ascii) for look in looks]
    clipped = [
        clip(name, min(max(8, width // 3), width - len(key) - 1), ascii=ascii)
        for name, key in zip(names, keys, strict=True)
    ]
    entries = [[(key, look.color), (f" {name}", "")] for key, look, name in zip(keys, looks, clipped, strict=True)]
    return side_by_side(entries, width, most)


def side_by_side(entries: Sequence[list[StyledText]], width: int, most: int, gap: int = 2) -> list[list[StyledText]]:
    """The entries of a legend in at most so many rows, `gap` cells apart; what does not fit is counted."""
    rows: list[list[list[StyledText]]] = []
    for entry in entries:
        if not rows or _row_width([*rows[-1], entry], gap) > width:
            rows.append([])
        rows[-1].append(entry)
    if len(rows) > most:
        rows = rows[:most]
        while True:
            more: list[StyledText] = [(f"and {len(entries) - sum(map(len, rows))} more", _DIM)]
            if not rows[-1] or _row_width([*rows[-1], more], gap) <= width:
                break
            rows[-1].pop()
        rows[-1].append(more)
    return [
        [segment for i, entry in enumerate(row) for segment in [(" " * gap if i else "", ""), *entry]] for row in rows
    ]


def _row_width(row: Sequence[Sequence[StyledText]], gap: int) -> int:
    return sum(cell_width(text) for entry in row for text, _ in entry) + gap * (len(row) - 1)
