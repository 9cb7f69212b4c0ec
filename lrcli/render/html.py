"""A page of its own with the picture, the facts of each curve as a table, and the notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.render.chart import Chart, Line
from lrcli.render.svg import HEIGHT, WIDTH, render_svg
from lrcli.render.svg.text import escaped
from lrcli.render.svg.theme import DARK, LIGHT, Palette
from lrcli.render.ticks import short

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
            "</body>",
            "</html>",
        ]
    )


def _style(theme: str, width: int) -> str:
    rules = (
        f"body{{font:14px/1.5 system-ui,sans-serif;max-width:{width}px;margin:2rem auto;padding:0 1rem}}"
        "figure{margin:0 0 1rem}svg{max-width:100%;height:auto}"
        "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
        "th,td{padding:.25rem 1.5rem .25rem 0;text-align:left;border-bottom:1px solid}"
        "th{font-weight:600}"
    )
    if theme != "auto":
        return rules + _colors(LIGHT if theme == "light" else DARK)
    return f"{rules}{_colors(LIGHT)}@media(prefers-color-scheme:dark){{{_colors(DARK)}}}"


def _colors(colors: Palette) -> str:
    return f"body{{background:{colors.background};color:{colors.ink}}}th,td{{border-color:{colors.grid}}}"


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
        short(facts.first),
        about_peak + short(facts.peak),
        f"{line.unit} {facts.peak_at}",
        short(facts.last),
        about_mean + short(facts.mean),
    ]
