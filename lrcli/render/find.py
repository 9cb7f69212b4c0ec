"""A range test's report as text: the suggestions as a table, and what is to be said about them in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lrcli.find.report import FAR_APART, FindReport, LossShape, loss_at
from lrcli.frameworks.finders import by_finder
from lrcli.printable import number_text, printable
from lrcli.render import Style
from lrcli.render.tables import TABLES
from lrcli.render.tables.markdown import escaped_cell
from lrcli.render.tables.plain import rounded_text
from lrcli.table import Column, Table

_COLUMNS = (Column("rule", "text"), Column("lr"), Column("loss", "number"), Column("remark", "text"))
_SMITH = ("Smith", "1506.01186")


def write_find_report(report: FindReport, format: str, style: Style) -> Iterator[str]:
    """The report in one of the table formats; those for people end with a few sentences."""
    writer = TABLES.module(format)
    if writer.EXACT:
        yield from writer.write(machine_table(report), style)
        return
    yield from writer.write(_people_table(report), style)
    say = escaped_cell if format == "markdown" else partial(printable, ascii=style.ascii)
    for line in sentences(report, style.digits):
        yield f"\n{say(line)}\n" if format == "markdown" else f"{say(line)}\n"


def machine_table(report: FindReport) -> Table:
    """One row per rule, Smith's bounds the last two."""
    rows: list[tuple[object, ...]] = [
        (s.tool, s.version, s.rule, s.lr, _loss(report, s.lr), s.remark) for s in report.suggestions
    ]
    for name, lr, words in _bounds(report.shape):
        rows.append((*_SMITH, name, lr, _loss(report, lr), "" if lr is not None else words))
    return Table((Column("tool", "text"), Column("version", "text"), *_COLUMNS), (list(zip(*rows, strict=True)),))


def _people_table(report: FindReport) -> Table:
    rows = [(s.name, s.lr, _loss(report, s.lr), s.remark) for s in report.suggestions]
    return Table(_COLUMNS, (list(zip(*rows, strict=True)),))


def _loss(report: FindReport, lr: float | None) -> float | None:
    return None if lr is None else loss_at(report.points, lr)


def sentences(report: FindReport, digits: int | None = 6) -> list[str]:
    show = partial(rounded_text, digits=digits)
    shape, points, spread = report.shape, report.points, report.spread
    lines = []
    if spread and spread.low is not spread.high:
        low, high = show(spread.low.lr), show(spread.high.lr)
        factor = number_text(spread.ratio, 3)
        lines.append(f"spread: {low} to {high}, a factor of {factor}; the middle one is {show(spread.middle)}")
    if shape.falls:
        bounds = [f"{name} {words if lr is None else show(lr)}" for name, lr, words in _bounds(shape)]
        lines.append(f"Smith's bounds: {', '.join(bounds)}")
    lines.append(
        f"points: {len(points)}, learning rates {show(points.lrs[0])} to {show(points.lrs[-1])}"
        + (f", loss {show(shape.start)} to {show(shape.lowest)}" if shape.falls else "")
    )
    return lines


def _bounds(shape: LossShape) -> tuple[tuple[str, float | None, str], ...]:
    """Smith's bounds, each with what to say where the curve does not show it."""
    base, top = ("below the first one", "beyond the last one") if shape.falls else ("the loss does not fall",) * 2
    return ("base_lr", shape.base_lr, base), ("max_lr", shape.max_lr, top)


def warnings(report: FindReport, digits: int | None = 6) -> list[str]:
    """What a user must know before taking one of the suggestions."""
    shape, points, spread = report.shape, report.points, report.spread
    show = partial(rounded_text, digits=digits)
    first, last = show(points.lrs[0]), show(points.lrs[-1])
    nothing = "nothing can be suggested, the numbers are only what the rules return"
    lines = []
    if shape.kind == "short":
        lines.append(
            f"{len(points) - shape.not_finite} points with a finite loss are too few to tell a fall from noise"
        )
    elif shape.kind == "flat":
        advice = f"more learning rates below {show(shape.lost_at)}" if shape.not_finite else "larger learning rates"
        lines.append(f"the loss does not fall by more than its noise: {nothing}. Test {advice}")
    elif shape.kind == "rising":
        lines.append(f"the loss rises and does not fall: {nothing}. Start below {first}")
    elif shape.kind == "falling":
        lines.append(f"the loss still falls at the largest learning rate, {last}: test larger ones")
    if shape.falls and shape.base_lr is None:
        lines.append(f"the loss falls from the first learning rate on: start below {first} to see where it begins")
    if shape.not_finite:
        lines.append(
            f"{shape.not_finite} of {len(points)} losses are NaN or infinite, the first at {show(shape.lost_at)}. "
            + by_finder(lambda finder: finder.at_nan)
        )
    if spread is None:
        lines.append("no rule returns a learning rate: there are too few points")
    elif spread.ratio > FAR_APART:
        sound = sorted(s.lr for s in report.suggestions if s.lr is not None and not s.remark)
        ends = " to ".join(dict.fromkeys((show(sound[0]), show(sound[-1])))) if sound else ""
        rest = f"; without a remark: {ends}" if ends and shape.falls else ""
        lines.append(f"the suggestions disagree by a factor of {number_text(spread.ratio, 3)}{rest}")
    return lines
