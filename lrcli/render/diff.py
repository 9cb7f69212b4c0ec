"""A Difference as text, Markdown, CSV or JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Any

from lrcli.comparison import Row
from lrcli.comparison.difference import Difference, Pair, Side
from lrcli.errors import Problem, RowList
from lrcli.printable import printable
from lrcli.render import Formats, Style, json_in_rows, without_nan
from lrcli.render.numbers import Layout
from lrcli.render.summary import summary
from lrcli.render.tables import csv, markdown
from lrcli.table import Column, Table

DIFFERENCES = Formats("text", ("markdown", "csv", "json"), prose=("text",))

_RED, _GREEN, _DIM, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[2m", "\x1b[0m"


def write_diff(difference: Difference, format: str, style: Style, *, fit_digits: bool = True) -> Iterator[str]:
    """The difference in one of the formats of DIFFERENCES.

    fit_digits: people's numbers have as many digits as it takes to tell A from B, six at least; else `style.digits`.
    """
    if format == "json":
        yield diff_document(difference)
    elif format == "csv":
        yield from csv.write(_all_rows(difference), style)
    elif format == "markdown":
        yield from _markdown(difference, style.digits, fit_digits)
    else:
        yield from _text(difference, style, fit_digits)


def _text(difference: Difference, style: Style, fit_digits: bool) -> Iterator[str]:
    say = partial(printable, ascii=style.ascii)
    red, green, dim, plain = (_RED, _GREEN, _DIM, _PLAIN) if style.color else ("", "", "", "")
    yield f"{red}--- {say(_title(difference.a))}{plain}\n{green}+++ {say(_title(difference.b))}{plain}\n"
    for pair in difference.pairs:
        if not pair.rows:
            continue
        if len(difference.pairs) > 1:
            yield f"\n@@ {say(pair.name)} @@\n"
        layout = Layout(_table(difference.unit, [pair]), _digits(pair.rows) if fit_digits else style.digits, say)
        # what differs is marked only where rows that do not stand beside it
        marks = ("! ", "  ") if any(not row.differs for row in pair.rows) else ("", "")
        head = layout.header()
        yield f"{' ' * len(marks[0])}{'  '.join(head)}".rstrip() + "\n"
        at = pair.rows[0].t
        cells = chain.from_iterable(layout.rows(chunk) for chunk in layout.table.chunks())
        for row, (t, a, b, ratio) in zip(pair.rows, cells, strict=True):
            if row.t != at and difference.context != 0:
                yield f"{dim}...{plain}\n"
            at = row.t + 1
            if row.differs:
                yield f"{marks[0]}{t}  {red}{a}{plain}  {green}{b}{plain}  {ratio}".rstrip() + "\n"
            else:
                yield f"{dim}{marks[1]}{t}  {a}  {b.rstrip()}{plain}\n"
        if pair.truncated:
            yield f"{dim}... and more: only the first {len(pair.rows)} rows are shown{plain}\n"
    if any(pair.rows for pair in difference.pairs):
        yield "\n"
    yield from (f"{line}\n" for line in summary(difference, say))


def _markdown(difference: Difference, digits: int | None, fit_digits: bool) -> Iterator[str]:
    a, b = (markdown.escaped_cell(_title(side)) for side in (difference.a, difference.b))
    yield f"A: {a}  \nB: {b}\n"
    for pair in difference.pairs:
        if not pair.rows:
            continue
        if len(difference.pairs) > 1:
            yield f"\n**{markdown.escaped_cell(pair.name)}**\n"
        yield "\n"
        fitted = _digits(pair.rows) if fit_digits else digits
        yield from markdown.write(_table(difference.unit, [pair]), Style(digits=fitted))
        if pair.truncated:
            yield f"\nOnly the first {len(pair.rows)} rows are shown.\n"
    yield from (f"\n{line}\n" for line in summary(difference, markdown.escaped_cell))


def _title(side: Side) -> str:
    return f"{side.name} ({side.arithmetic}, {side.reading})"


def _table(unit: str, pairs: Sequence[Pair]) -> Table:
    """The rows of these pairs: row, A, B, ratio."""
    rows = [row for pair in pairs for row in pair.rows]
    columns = (Column(unit, "index"), Column("A"), Column("B"), Column("ratio", "number"))
    chunk = ([r.t for r in rows], [r.a for r in rows], [r.b for r in rows], [_short_ratio(r) for r in rows])
    return Table(columns, (chunk,) if rows else ())


def _all_rows(difference: Difference) -> Table:
    """The rows of all pairs with every digit; the group's name is a column where there is more than one pair."""
    pairs = difference.pairs
    rows = [row for pair in pairs for row in pair.rows]
    columns = [Column(difference.unit, "index"), Column("a"), Column("b"), Column("ratio", "number")]
    chunk: list[list[object]] = [[r.t for r in rows], [r.a for r in rows], [r.b for r in rows], [r.ratio for r in rows]]
    if len(pairs) > 1:
        columns.append(Column("group", "text"))
        chunk.append([pair.name for pair in pairs for _ in pair.rows])
    if difference.context != 0:
        columns.append(Column("differs", "number"))
        chunk.append([int(row.differs) for row in rows])
    return Table(tuple(columns), (chunk,) if rows else ())


def _short_ratio(row: Row) -> float | None:
    """The ratio in six digits, or as many as tell it from 1: what the division leaves behind them is noise."""
    ratio = row.ratio
    if ratio is None or ratio == 1:
        return ratio
    for digits in range(6, 17):
        short = float(f"{ratio:.{digits}g}")
        if short != 1:
            return short
    return ratio


def _digits(rows: Sequence[Row]) -> int | None:
    """The fewest significant digits, six at least, in which all rows that differ look different; None is all digits."""
    alike = [
        (row.a, row.b, row.ratio)
        for row in rows
        if row.differs and row.a is not None and row.b is not None and math.isfinite(row.a) and math.isfinite(row.b)
    ]
    for digits in range(6, 16):
        alike = [row for row in alike if _looks_same(*row, digits)]
        if not alike:
            return digits
    return None


def _looks_same(a: float, b: float, ratio: float | None, digits: int) -> bool:
    return f"{a:.{digits}g}" == f"{b:.{digits}g}" or (ratio is not None and f"{ratio:.{digits}g}" == "1")


def diff_document(difference: Difference) -> str:
    """The report: `same`, both sides with their notes, the tolerance, and per pair of groups counts, gaps and rows."""
    report = {
        "same": difference.same,
        "unit": difference.unit,
        "a": _side(difference.a),
        "b": _side(difference.b),
        "tolerance": {"rtol": difference.rtol, "atol": difference.atol, "exact": difference.exact},
        "precision": difference.precision or None,
        "pairs": [_pair(pair, difference.unit) for pair in difference.pairs],
        "groups_only_a": list(difference.groups_only_a),
        "groups_only_b": list(difference.groups_only_b),
        "remarks": list(difference.remarks),
    }
    return json_in_rows(without_nan(report)) + "\n"


def _side(side: Side) -> dict[str, Any]:
    return {**asdict(side), "notes": [_note(note) for note in side.notes]}


def _note(note: Problem) -> dict[str, Any]:
    rows = note.rows or RowList(())
    return {
        "code": note.code,
        "what": note.message,
        "why": note.why,
        "advice": note.help,
        "reference": note.reference,
        "epochs": rows.first,
        "more": rows.more,
        "within": rows.within,
        "unit": rows.unit,
        "text": str(note),
    }


def _pair(pair: Pair, unit: str) -> dict[str, Any]:
    report = {"same": pair.same, **{name: value for name, value in vars(pair).items() if name != "rows"}}
    for name in ("largest", "largest_relative"):
        gap = getattr(pair, name)
        report[name] = asdict(gap) if gap else None
    report["sum_ratio"] = pair.sum_b / pair.sum_a if pair.sum_a else None
    report["rows"] = [
        {unit: row.t, "a": row.a, "b": row.b, "ratio": row.ratio, "differs": row.differs} for row in pair.rows
    ]
    return report
