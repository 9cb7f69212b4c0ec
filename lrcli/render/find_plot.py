"""The picture of a range test: the loss over the logarithm of the learning rate, the suggestions marked on it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from string import ascii_uppercase
from typing import NamedTuple

from lrcli.find.report import FindReport, loss_at
from lrcli.printable import number_text, printable
from lrcli.render.axes import linear_axis, log_ticks, scale
from lrcli.render.canvas import Area, Polyline, StyledText, draw_canvas, paint
from lrcli.render.chart import extremes
from lrcli.render.palette import marks
from lrcli.render.pictures.text import side_by_side
from lrcli.render.safe import clip

_BOLD, _DIM = "1", "2"
_ABOVE = 0.35
"""So much of the fall is shown above the start: where the loss diverges, its rise would be all that one sees."""


class MarkedRate(NamedTuple):
    """A suggested learning rate, the letter that marks it and its colour, and the names of the rules."""

    letter: str
    lr: float
    rules: str
    color: str


def plot_report(
    report: FindReport, *, width: int = 80, height: int = 23, ascii: bool = False, color: bool = False
) -> str:
    """The picture as text of at most `height` lines of at most `width` cells (but never less than 4 lines of 10)."""
    width, height = max(width, 10), max(height, 4)
    places = _places(report)
    below = _legend(report, places, width, max(1, height // 3), ascii) if height >= 8 else []
    runs = _runs(report, width)
    axis = linear_axis([runs], height - 3 - len(below), zero=False)
    margin = max(len(label) for _, label in (*axis.ticks, (0.0, "lr"))) + 1
    if margin > width // 2:
        margin = 1
    lrs = [*report.points.lrs, *(place.lr for place in places)]
    left, right = math.log10(min(lrs)), math.log10(max(lrs))
    area = Area(width - margin - 1, axis.height, left, right, axis.bottom, axis.top, ascii)
    (curve,) = marks(1, ascii=ascii, color=color)
    rows = draw_canvas([runs], [curve], area)
    _add_bounds(rows, report, area)
    _add_letters(rows, report, places, area)
    title = clip(f"{printable(report.points.name, ascii=ascii)}: loss over learning rate", width, ascii=ascii)
    lines: list[list[StyledText]] = [[(title, _BOLD)]]
    lines += [[*scale(axis, area, row, margin), *cells] for row, cells in enumerate(rows)]
    lines += _bottom(area, margin)
    return "\n".join(paint(line, color) for line in [*lines, *below])


def _places(report: FindReport) -> list[MarkedRate]:
    """One letter for each learning rate that is suggested, from the smallest on; rules that agree share it."""
    agreed: dict[str, tuple[float, list[str]]] = {}
    for suggestion in report.suggestions:
        if suggestion.lr is not None and suggestion.lr > 0 and math.isfinite(suggestion.lr):
            rule = f"{suggestion.tool} {suggestion.rule}" if suggestion.tool == "fastai" else suggestion.tool
            agreed.setdefault(f"{suggestion.lr:.4g}", (suggestion.lr, []))[1].append(rule)
    looks = marks(len(agreed) + 1, ascii=True, color=True)[1:]  # the first colour is the curve's
    ordered = zip(ascii_uppercase, sorted(agreed.values()), looks, strict=False)
    return [MarkedRate(letter, lr, ", ".join(rules), f"1;{look.color}") for letter, (lr, rules), look in ordered]


def _runs(report: FindReport, width: int) -> tuple[Polyline, ...]:
    """The curve in pieces without a gap, its diverging end cut off."""
    points, shape = report.points, report.shape
    finite = [loss for loss in points.losses if math.isfinite(loss)]
    ceiling = math.inf
    if shape.falls and shape.start is not None and shape.lowest is not None:
        before = [x for lr, x in zip(points.lrs, points.losses, strict=True) if lr <= (shape.max_lr or math.inf)]
        top = max(x for x in before if math.isfinite(x))
        ceiling = max(top, shape.start) + _ABOVE * (shape.start - shape.lowest)
        ceiling = math.inf if max(finite) <= ceiling else ceiling
    pieces: list[list[tuple[float, float]]] = [[]]
    for lr, loss in zip(points.lrs, points.losses, strict=True):
        x = math.log10(lr)
        if not math.isfinite(loss):
            pieces.append([])
        elif loss <= ceiling:
            if not pieces[-1] and len(pieces) > 1 and pieces[-2] and pieces[-2][-1][1] == ceiling:
                pieces[-1].append((x, ceiling))
            pieces[-1].append((x, loss))
        elif pieces[-1]:  # up to the edge, and what comes after it is a new piece
            (x0, y0) = pieces[-1][-1]
            pieces[-1].append((x0 + (x - x0) * (ceiling - y0) / (loss - y0), ceiling))
            pieces.append([])
    runs = [extremes(piece, 4 * width) for piece in pieces if piece]
    return tuple((tuple(x for x, _ in run), tuple(y for _, y in run)) for run in runs)


def _add_bounds(rows: list[list[StyledText]], report: FindReport, area: Area) -> None:
    """Smith's bounds as dotted lines behind the curve."""
    for lr in (report.shape.base_lr, report.shape.max_lr):
        if lr is not None:
            column = area.column(math.log10(lr))
            for row in rows:
                if row[column][0] in (" ", "\u2800"):
                    row[column] = (":" if area.ascii else "┊", _DIM)


def _add_letters(rows: list[list[StyledText]], report: FindReport, places: Sequence[MarkedRate], area: Area) -> None:
    """The letters on the curve; where two would share a cell the later one stands above."""
    taken: set[tuple[int, int]] = set()
    for letter, lr, _, color in places:
        column = area.column(math.log10(lr))
        loss = loss_at(report.points, lr)
        row = area.row(min(max(loss, area.bottom), area.top)) if math.isfinite(loss) else 0
        free = [r for r in chain(range(row, -1, -1), range(row + 1, area.height)) if (r, column) not in taken]
        if free:
            taken.add((free[0], column))
            rows[free[0]][column] = (letter, color)


def _bottom(area: Area, margin: int) -> list[list[StyledText]]:
    places = log_ticks(area.left, area.right, max(2, area.width // 8))
    ticks = {area.column(math.log10(lr)): number_text(lr) for lr in places}
    corner, line, mark = ("+", "-", "+") if area.ascii else ("└", "─", "┬")
    text = ""
    shown: set[int] = set()
    for column, label in sorted(ticks.items()):
        begin = max(0, min(column - (len(label) - 1) // 2, area.width - len(label)))
        if not text or begin > len(text) + 1:
            text = text.ljust(begin) + label
            shown.add(column)
    ruler = "".join(mark if column in shown else line for column in range(area.width))
    caption = "lr" if margin > 2 else ""
    return [
        [(" " * margin + corner + ruler, _DIM)],
        [(caption.rjust(margin), _DIM), (" " + text, "")],
    ]


def _legend(
    report: FindReport, places: Sequence[MarkedRate], width: int, most: int, ascii: bool
) -> list[list[StyledText]]:
    """What the letters and the dotted lines mean, side by side as far as there is room."""

    def entry(key: str, color: str, what: str, rules: str) -> list[StyledText]:
        room = width - len(key) - len(what) - 2
        return [(key, color), (f" {what} "[:width], ""), (clip(rules, max(room, 1), ascii=ascii), _DIM)]

    entries = [entry(letter, color, number_text(lr, 3), rules) for letter, lr, rules, color in places]
    bounds = (("base_lr", report.shape.base_lr), ("max_lr", report.shape.max_lr))
    named = ", ".join(f"{name} {number_text(lr, 3)}" for name, lr in bounds if lr is not None)
    if named:
        entries.append(entry(":" if ascii else "┊", _DIM, named, "(Smith)"))
    return side_by_side(entries, width, most, gap=3)
