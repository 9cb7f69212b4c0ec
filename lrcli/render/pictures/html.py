"""A page of its own with the picture, the facts of each curve as a table, the notes, the events and the specs.

With a script, which is part of the page, the picture is alive: see `page.js`. Without one it is the SVG.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lrcli.configs.draft import write_spec
from lrcli.reader import Declared
from lrcli.render.chart import Chart, CurveRun, Line, Picture, chart_of, facts_in_digits, panels_below
from lrcli.render.pictures import PIXELS
from lrcli.render.pictures.svg import HEIGHT, WIDTH, columns_of, render_svg
from lrcli.render.svg import Palette, curve_looks, escaped_xml, in_theme, ramp_shares
from lrcli.render.svg.curves import readable
from lrcli.series import Series
from lrcli.series.align import common_grid, curve_names
from lrcli.table import Chunk
from lrcli.table.rows import HEAD, Teller, tabulate, with_events

ENDINGS = (".html", ".htm")
SIZES = PIXELS
TAKES = ("theme",)

_FEW, _MOST = 12, 100
"""More events than the first are folded away; more than the second are counted, and not drawn."""
_LONGEST = 6_000
"""At most so many characters of a spec are shown."""
_COLUMNS = ("curve", "first", "peak", "at", "last", "mean")


@dataclass(frozen=True)
class About:
    """What the page says beside the picture.

    notes: on the curves, a sentence each. events: (where, what happens there). specs: (where each spec is from, its
    text).
    """

    notes: Sequence[str] = ()
    events: Sequence[tuple[float, str]] = ()
    specs: Sequence[tuple[str, str]] = ()


def draw(picture: Picture) -> str:
    """The page of a picture, with the events in its runs and the specs that they come from."""
    look = picture.look
    width = look.width or WIDTH
    chart = chart_of(picture, columns_of(width))
    about = About(picture.notes, _events_of(chart, picture.runs), _spec_texts(picture.declared))
    return render_html(chart, about, width=width, height=look.height or HEIGHT, theme=look.theme or "auto")


def _events_of(chart: Chart, runs: Sequence[Series]) -> list[tuple[float, str]]:
    """What happens in the rows that the picture's curves have corners in; nothing where x is no row.

    A long replay is not walked a second time: of it only what the schedule says is told.
    """
    if chart.unit == "percent":
        return []
    corners = {x for line in chart.lines for xs, _ in line.runs for x in xs if x == int(x)}
    rows = [int(x) for x in sorted(corners)]
    if any(not run.jumps and run.stop - run.start > HEAD for run in runs):
        factors = common_grid(runs).factors
        tellers = [Teller(run, name, k, ()) for run, name, k in zip(runs, curve_names(runs), factors, strict=True)]
        chunks: Iterable[Chunk] = with_events(iter([[rows]]), tellers)
    else:
        chunks = tabulate(runs, events=True, rows=[row for row in rows if any(run.start <= row for run in runs)]).head
    return [(row, event) for chunk in chunks for row, event in zip(chunk[0], chunk[-1], strict=True) if event]


def _spec_texts(declared: Sequence[Declared]) -> list[tuple[str, str]]:
    """Each source with the spec that was read from it, a training config as its translation; of a sweep the first."""
    texts: dict[str, str] = {}
    for spec in declared:
        origin = spec.origin
        head = f"from {origin.title}" if origin else ""
        texts.setdefault(spec.source.name, write_spec(spec.root, origin.comments if origin else {}, head))
    return list(texts.items())


def render_html(
    chart: Chart, about: About = About(), *, width: int = WIDTH, height: int = HEIGHT, theme: str = "auto"
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
            f"<title>{escaped_xml(chart.title)}</title>",
            f"<style>{_style(chart, theme, width)}</style>",
            "</head>",
            "<body>",
            "<figure>",
            svg,
            "</figure>",
            *_facts(chart.lines),
            *(f"<p>{escaped_xml(note)}</p>" for note in about.notes),
            *_events(chart.unit, about.events),
            *(
                _folded(escaped_xml(name), f"<pre>{_code(text)}</pre>", opened=_is_short(about.specs))
                for name, text in about.specs
            ),
            f'<script type="application/json" id="lrcli-data">{_data(chart, about, width, height)}</script>',
            f"<script>{_script()}</script>",
            "</body>",
            "</html>",
        ]
    )


def _script() -> str:
    return Path(__file__).with_name("page.js").read_text(encoding="utf-8")


def _folded(name: str, content: str, *, opened: bool = False) -> str:
    return f"<details{' open' if opened else ''}><summary>{name}</summary>{content}</details>"


def _is_short(specs: Sequence[tuple[str, str]]) -> bool:
    return sum(text.count("\n") for _, text in specs) <= 3 * _FEW


def _code(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n..."
    return "\n".join(map(escaped_xml, cut.rstrip().split("\n")))


def _data(chart: Chart, about: About, width: int, height: int) -> str:
    """The curves for the script: their corners, with as many digits as a reader sees."""
    looks = curve_looks([line.name for line in chart.lines])
    panels = [("", [line.runs for line in chart.lines]), *panels_below(chart)]

    def corners(run: CurveRun) -> list[object]:
        points, is_band = readable(run, width, height)
        return [[_whole(x) for x, _ in points], [float(f"{y:.9g}") for _, y in points], *[1] * is_band]

    data = {
        "title": chart.title,
        "lines": [{"name": line.name, "dash": look.dashes} for line, look in zip(chart.lines, looks, strict=True)],
        "panels": [{"what": what, "lines": [list(map(corners, runs)) for runs in lines]} for what, lines in panels],
        "events": [[_whole(x), text] for x, text in about.events] if len(about.events) <= _MOST else [],
        "unit": chart.unit,
        "left": _whole(chart.left),
        "right": _whole(chart.right),
        "stop": _whole(min(chart.stop, chart.right + 1)),
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


def _style(chart: Chart, theme: str, width: int) -> str:
    rules = (
        f"body{{font:14px/1.5 system-ui,sans-serif;max-width:{width}px;margin:2rem auto;padding:0 1rem}}"
        "figure{margin:0 0 1rem}svg{max-width:100%;height:auto}"
        "table{display:block;overflow-x:auto;border-collapse:collapse;margin:0 0 1rem}"
        "td{font-variant-numeric:tabular-nums}"
        "th,td{padding:.25rem 1.5rem .25rem 0;text-align:left;border-bottom:1px solid}"
        "th,figcaption{font-weight:600}td:not(:last-child){white-space:nowrap}pre{overflow:auto}"
        ".live{width:100%;touch-action:pan-y;user-select:none;outline-offset:2px;font-size:12px}"
        ".live path{fill:none;stroke-width:2;stroke-linejoin:round;stroke:var(--k)}.live .grid line{stroke-width:1}"
        ".live .band{fill:var(--k);fill-opacity:.6;stroke:none}.live .event{stroke-dasharray:2 4}.dot{fill:var(--k)}"
        ".live .box{opacity:.15}.bar{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .5rem}"
        "button{font:inherit;background:none;color:inherit;border:1px solid;border-radius:4px;padding:.1rem .6rem;"
        "cursor:pointer}button[aria-pressed=false]{opacity:.45}.key{border-left:.6rem solid var(--k)}"
        ".readout{display:block;min-height:1.5em;white-space:pre-wrap;font-variant-numeric:tabular-nums}"
    )
    names = [line.name for line in chart.lines]
    return rules + in_theme(theme, lambda colors: _colors(colors, names))


def _colors(colors: Palette, names: Sequence[str]) -> str:
    shares = ramp_shares(names)
    curves = [colors.between(shares[i]) if shares else colors.curves[i % len(colors.curves)] for i in range(len(names))]
    return (
        f"body{{background:{colors.background};color:{colors.ink}}}th,td{{border-color:{colors.grid}}}"
        f".live text{{fill:{colors.muted}}}.grid line{{stroke:{colors.grid}}}"
        f".cross line,.event{{stroke:{colors.axis}}}.live .box{{fill:{colors.axis}}}"
        + "".join(f".k{i}{{--k:{color}}}" for i, color in enumerate(curves))
    )


def _events(unit: str, events: Sequence[tuple[float, str]]) -> Iterator[str]:
    rows = [f"<tr><td>{unit} {_whole(x)}</td><td>{escaped_xml(text)}</td></tr>" for x, text in events[:_MOST]]
    if len(events) > _MOST:
        rows.append(f"<tr><td></td><td>and {len(events) - _MOST} more</td></tr>")
    if rows:
        yield _folded("events", f"<table>{''.join(rows)}</table>", opened=len(events) <= _FEW)


def _facts(lines: Sequence[Line]) -> Iterator[str]:
    named = len(lines) > 1
    columns = _COLUMNS if named else _COLUMNS[1:]
    yield "<table>"
    yield f"<thead><tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr></thead>"
    yield "<tbody>"
    for line in lines:
        cells = [line.name, *_cells(line)] if named else _cells(line)
        yield f"<tr>{''.join(f'<td>{escaped_xml(cell)}</td>' for cell in cells)}</tr>"
    yield "</tbody>"
    yield "</table>"


def _cells(line: Line) -> list[str]:
    facts = line.facts
    if facts is None:
        return ["no value", "", "", "", ""]
    first, peak, last, mean = facts_in_digits(facts)
    return [first, peak, f"{line.unit} {facts.peak_at}", last, mean]
