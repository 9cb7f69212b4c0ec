"""A page of its own with the picture, the facts of each curve as a table, and the notes.

With a script, which is part of the page, the picture is alive: see `page.js`. Without one it is the SVG.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from lrcli.printable import number_text
from lrcli.render.chart import Chart, Line
from lrcli.render.svg import HEIGHT, WIDTH, render_svg
from lrcli.render.svg.text import escaped
from lrcli.render.svg.theme import DARK, DASHES, LIGHT, Palette

_COLUMNS = ("curve", "first", "peak", "at", "last", "mean")


def render_html(
    chart: Chart, notes: Sequence[str] = (), *, width: int = WIDTH, height: int = HEIGHT, theme: str = "auto"
) -> str:
    """A chart as an HTML page that needs nothing else. The text ends without a newline."""
    svg = render_svg(chart, width=width, height=height, theme=theme)
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escaped(chart.title)}</title>",
            f"<style>{_style(theme, width)}</style>",
            "</head>",
            "<body>",
            "<figure>",
            svg,
            "</figure>",
            *_table(chart.lines),
            *(f"<p>{escaped(note)}</p>" for note in notes),
            f'<script type="application/json" id="lrcli-data">{_data(chart, width, height)}</script>',
            f"<script>{_script()}</script>",
            "</body>",
            "</html>",
        ]
    )


def _script() -> str:
    return Path(__file__).with_name("page.js").read_text(encoding="utf-8")


def _data(chart: Chart, width: int, height: int) -> str:
    """The curves for the script: their corners, with as many digits as a reader sees."""
    lines = [
        {
            "name": line.name,
            "dash": DASHES[i // len(LIGHT.curves) % len(DASHES)],
            "runs": [[list(map(_whole, xs)), [float(f"{y:.9g}") for y in ys]] for xs, ys in line.runs],
        }
        for i, line in enumerate(chart.lines)
    ]
    stop = max((xs[-1] for line in chart.lines for xs, _ in line.runs), default=chart.right)
    data = {
        "title": chart.title,
        "lines": lines,
        "unit": chart.unit,
        "left": _whole(chart.left),
        "right": _whole(chart.right),
        "stop": _whole(stop),
        "steps": chart.steps_per_epoch,
        "log": chart.log,
        "width": width,
        "height": height,
        "hint": "Point at the picture for values, drag to zoom; arrow keys move, l is log, 0 the whole run.",
    }
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _whole(x: float) -> float:
    return int(x) if x == int(x) else x


def _style(theme: str, width: int) -> str:
    rules = (
        f"body{{font:14px/1.5 system-ui,sans-serif;max-width:{width}px;margin:2rem auto;padding:0 1rem}}"
        "figure{margin:0 0 1rem}svg{max-width:100%;height:auto}"
        "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        "th,td{padding:.25rem 1.5rem .25rem 0;text-align:left;border-bottom:1px solid}"
        "th{font-weight:600}"
        ".live{width:100%;touch-action:pan-y;user-select:none;outline-offset:2px;font-size:12px}"
        ".live path{fill:none;stroke-width:2;stroke-linejoin:round}.live .grid line{stroke-width:1}"
        ".live .box{opacity:.15}.bar{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .5rem}"
        "button{font:inherit;background:none;color:inherit;border:1px solid;border-radius:4px;padding:.1rem .6rem;"
        "cursor:pointer}button[aria-pressed=false]{opacity:.45}.key{border-left-width:.6rem}"
        ".readout{display:block;min-height:1.5em;white-space:pre-wrap;font-variant-numeric:tabular-nums}"
    )
    if theme != "auto":
        return rules + _colors(LIGHT if theme == "light" else DARK)
    return f"{rules}{_colors(LIGHT)}@media(prefers-color-scheme:dark){{{_colors(DARK)}}}"


def _colors(colors: Palette) -> str:
    curves = "".join(
        f".c{i}.curve{{stroke:{color}}}.c{i}.dot,.c{i}.box{{fill:{color}}}.key.c{i}{{border-left-color:{color}}}"
        for i, color in enumerate(colors.curves)
    )
    return (
        f"body{{background:{colors.background};color:{colors.ink}}}th,td{{border-color:{colors.grid}}}"
        f".live text{{fill:{colors.muted}}}.grid line{{stroke:{colors.grid}}}.cross line{{stroke:{colors.axis}}}"
        f".live .box{{fill:{colors.axis}}}{curves}"
    )


def _table(lines: Sequence[Line]) -> Iterator[str]:
    named = len(lines) > 1
    columns = _COLUMNS if named else _COLUMNS[1:]
    yield "<table>"
    yield f"<thead><tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr></thead>"
    yield "<tbody>"
    for line in lines:
        cells = [line.name, *_cells(line)] if named else _cells(line)
        yield f"<tr>{''.join(f'<td>{escaped(cell)}</td>' for cell in cells)}</tr>"
    yield "</tbody>"
    yield "</table>"


def _cells(line: Line) -> list[str]:
    facts = line.facts
    if facts is None:
        return ["no value", "", "", "", ""]
    about_peak, about_mean = "" if facts.peak_exact else "~", "" if facts.mean_exact else "~"
    return [
        number_text(facts.first),
        about_peak + number_text(facts.peak),
        f"{line.unit} {facts.peak_at}",
        number_text(facts.last),
        about_mean + number_text(facts.mean),
    ]
