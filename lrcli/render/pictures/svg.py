"""Learning-rate curves as one vector picture (SVG), made for a README or a review.

No fonts, scripts or links are in it: it needs nothing else, and the same specs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from lrcli.printable import printable
from lrcli.render.axes import Content, XAxis, contents_of
from lrcli.render.chart import Chart, Picture, Point, chart_of
from lrcli.render.pictures import PIXELS
from lrcli.render.pictures.text import facts_text
from lrcli.render.safe import clip
from lrcli.render.svg import FONTS, curve_looks, escaped_xml, style_sheet, svg_text, text_width
from lrcli.render.svg.panel import (
    AXIS_ROW,
    Box,
    Panel,
    axis_of,
    boxed_legend,
    drawn,
    fits_ends,
    label_room,
    legend_at_ends,
    legend_names,
    placed,
    x_axis,
)

ENDINGS = (".svg",)
SIZES = PIXELS
TAKES = ("theme",)

WIDTH = 760
HEIGHT = 400

_PAD = 20
_LEAST = 180
"""The panels are at least so high: a picture that is asked to be smaller grows."""


def draw(picture: Picture) -> str:
    return themed(picture, "auto")


def themed(picture: Picture, default: str) -> str:
    """The picture as SVG, in a theme of its own where nobody asks for one; higher than asked for a long legend."""
    look = picture.look
    width = look.width or WIDTH
    chart = chart_of(picture, columns_of(width))
    return render_svg(chart, width=width, height=look.height or HEIGHT, theme=look.theme or default)


def columns_of(width: int) -> int:
    """For how many columns a curve is sampled: every second pixel is enough for straight lines between the points."""
    return width // 2


def render_svg(chart: Chart, *, width: int = WIDTH, height: int = HEIGHT, theme: str = "auto") -> str:
    """A chart as an SVG document. The text ends without a newline."""
    contents, notes = contents_of(chart)
    names = legend_names([line.name for line in chart.lines])
    heading = chart.title.removesuffix(f": {chart.what}")
    subtitle = ", ".join([chart.what] * (heading != chart.what) + notes)
    facts = [facts_text(line) for line in chart.lines]
    single = len(names) == 1
    looks = curve_looks([line.name for line in chart.lines])

    caption = _rows(facts[0], width - 2 * _PAD) if single else []
    top: float = _PAD + (48 if subtitle else 26)
    below = 8 + AXIS_ROW * (len(XAxis.of(chart).captions) + len(caption)) + 8
    left = _left(chart, contents, height)
    right = width - _PAD - 6
    bottom = max(height - below, top + _LEAST)
    panels = [] if single else _labelled(chart, contents, names, (left, top, right, bottom))
    ends = _ends(panels[0]) if panels else []
    boxed = None if single or ends else boxed_legend(names, width - 2 * _PAD)
    if boxed:
        top += boxed.height + 6
        bottom = max(bottom, top + _LEAST)
    panels = panels or placed(chart, contents, (left, top, right, bottom))
    total = ceil(bottom + below)

    body = [
        f'<rect class="back" width="{width}" height="{total}" rx="6"/>',
        svg_text(_PAD, _PAD + 16, clip(printable(heading), (width - 2 * _PAD) // 10), css="ink", size=16),
    ]
    if subtitle:
        body.append(svg_text(_PAD, _PAD + 37, subtitle))
    if boxed:
        body += boxed.drawn(_PAD, top - boxed.height - 6, looks)
    titles = [f"{line.name}: {fact}" if line.name else fact for line, fact in zip(chart.lines, facts, strict=True)]
    for panel in panels:
        body += drawn(panel, titles, looks, filled=single and panel is panels[0] and not chart.log)
    body += x_axis(chart, panels)
    body += legend_at_ends(names, ends, looks) if ends else ()
    body += [svg_text(_PAD, total - 14 - AXIS_ROW * n, row) for n, row in enumerate(caption[::-1])]
    label = f"{heading}: {subtitle}" if subtitle else heading
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" class="lrcli-{theme}" viewBox="0 0 {width} {total}" '
            f'width="{width}" height="{total}" font-family="{FONTS}" font-size="12" role="img" '
            f'aria-label="{escaped_xml(label)}">',
            f"<style>{style_sheet(theme, [line.name for line in chart.lines])}</style>",
            *body,
            "</svg>",
        ]
    )


def _rows(facts: str, width: float) -> list[str]:
    """The line of facts in as many rows as it takes, broken between two facts only."""
    rows = [""]
    for fact in facts.split(" · "):
        longer = f"{rows[-1]} · {fact}" if rows[-1] else fact
        if rows[-1] and text_width(longer) > width:
            rows.append(fact)
        else:
            rows[-1] = longer
    return rows


def _left(chart: Chart, contents: Sequence[Content], height: int) -> float:
    """Where the panels begin: right of what stands beside them."""
    labels = [label for content in contents for _, label in axis_of(content, height).ticks]
    captions = [caption for caption, _ in XAxis.of(chart).captions]
    return _PAD + 10 + max(map(text_width, labels + captions))


def _labelled(chart: Chart, contents: Sequence[Content], names: Sequence[str], box: Box) -> list[Panel]:
    """The panels with room for labels at the curves' ends; none if the ends are too close, or that room too wide."""
    left, top, right, bottom = box
    room = label_room(names)
    if room > (right - left) / 3:
        return []
    panels = placed(chart, contents, (left, top, right - room, bottom))
    ends = _ends(panels[0])
    return panels if len(ends) == len(names) and fits_ends(ends) else []


def _ends(panel: Panel) -> list[Point]:
    """Where the curves end that do so at the right edge, or next to it."""
    last = [runs[-1][-1] for runs in panel.points() if runs]
    near = 0.02 * (panel.frame.right - panel.frame.left)
    return [(x, y) for x, y in last if x >= panel.frame.right - near]
