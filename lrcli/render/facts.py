"""What stands under a plot: one line of facts per curve, which is its legend, too."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.printable import number_text, printable
from lrcli.render.canvas import StyledText
from lrcli.render.chart import Chart, Line
from lrcli.render.palette import Mark
from lrcli.render.safe import cell_width, clip

_DIM = "2"
FactText = tuple[str, str]
"""A word and its number; either may be empty."""


def lines(chart: Chart, looks: Sequence[Mark], width: int, most: int, ascii: bool) -> list[list[StyledText]]:
    """At most `most` lines: the facts of every curve if they fit, else all names, side by side.

    One curve alone needs no name. Where a line is too long, words go first, then numbers, each as a whole.
    """
    if len(chart.lines) == 1:
        return _alone(chart.lines[0], width, most, ascii)
    names = [printable(line.name, ascii=ascii) for line in chart.lines]
    if len(names) <= most:
        return _table(chart.lines, names, looks, width, ascii)
    return _legend(names, looks, width, most, ascii)


def facts_text(line: Line) -> str:
    """The facts of one curve in words, where there is room for all of them."""
    return " · ".join(_text(part) for part in _parts(line, 0, False))


def _parts(line: Line, brevity: int, ascii: bool) -> list[FactText]:
    """The facts in words; a greater brevity (0 to 4) makes do with less."""
    facts = line.facts
    if facts is None:
        return [("", "no value")]
    about_peak, about_mean = "" if facts.peak_exact else "~", "" if facts.mean_exact else "~"
    first, last, peak, mean = (number_text(value, 4) for value in (facts.first, facts.last, facts.peak, facts.mean))
    if brevity <= 1:
        where = f"{peak} at {line.unit} {facts.peak_at}" if brevity == 0 else f"{peak} at {facts.peak_at}"
        return [("first", first), ("peak", about_peak + where), ("last", last), ("mean", about_mean + mean)]
    span = f"{first} {'->' if ascii else '→'} {last}"
    parts = [("", span), ("peak", f"{about_peak}{peak}@{facts.peak_at}"), ("mean", about_mean + mean)]
    return parts[: 5 - brevity]


def _text(part: FactText) -> str:
    return " ".join(filter(None, part))


def _alone(line: Line, width: int, most: int, ascii: bool) -> list[list[StyledText]]:
    for brevity in range(3):
        entries = [_entry(part) for part in _parts(line, brevity, ascii)]
        for gap in (3, 2):
            if _row_width(entries, gap) <= width:
                return side_by_side(entries, width, 1, gap)
    fitting = [entry for entry in entries if _row_width([entry], 0) <= width]
    return side_by_side(fitting, width, len(fitting))[:most]


def _entry(part: FactText) -> list[StyledText]:
    word, figure = part
    return [(word + " " if word else "", _DIM), (figure, "")]


def _table(
    curves: Sequence[Line], names: Sequence[str], looks: Sequence[Mark], width: int, ascii: bool
) -> list[list[StyledText]]:
    """One line per curve: marker, name, facts in columns."""
    keys = [look.legend(ascii) for look in looks]
    key_width = max(map(len, keys))
    least = min(max(map(cell_width, names)), max(8, width * 2 // 5))
    for brevity in range(5):
        table = [_parts(line, brevity, ascii) for line in curves]
        widths = [max(len(_text(row[i])) for row in table if i < len(row)) for i in range(max(map(len, table)))]
        gap = 2 if brevity < 2 else 1
        name_width = width - key_width - 1 - sum(widths) - gap * len(widths)
        if name_width >= least:
            break
    else:
        table, widths, name_width = [[] for _ in curves], [], width - key_width - 1
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
