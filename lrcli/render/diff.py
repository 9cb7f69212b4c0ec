"""A Difference as text, Markdown, CSV or JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Any

from lrcli.comparison import Row
from lrcli.comparison.difference import Difference, Pair, Side
from lrcli.errors import Problem, RowList
from lrcli.printable import printable
from lrcli.render import Formats, Style, json_in_rows, without_nan
from lrcli.render.tables import csv, markdown
from lrcli.render.tables.plain import Layout
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


def summary(difference: Difference, say: Callable[[str], str] = printable) -> list[str]:
    """The difference in one sentence; of several parameter groups, in one each. `say` makes their names printable."""
    pairs, unit = difference.pairs, difference.unit
    if len(pairs) > 1 and all(pair.same and pair.largest is None for pair in pairs):
        lines = [f"identical: {_all(pairs[0], unit)} of {len(pairs)} groups"]
    elif len(pairs) > 1:
        lines = [f"group {say(pair.name)}: {_of_pair(difference, pair)}" for pair in pairs]
    else:
        lines = [_of_pair(difference, pair) for pair in pairs]
    lines += [f"A has a group {say(name)} that B has not" for name in difference.groups_only_a]
    lines += [f"B has a group {say(name)} that A has not" for name in difference.groups_only_b]
    return [*lines, *difference.remarks]


def _of_pair(difference: Difference, pair: Pair) -> str:
    unit, gap, relative = difference.unit, pair.largest, pair.largest_relative
    if not pair.same:
        what = "momenta" if difference.a.reading == difference.b.reading == "momentum" else "LRs"
        return "; ".join(_parts(pair, unit, what))
    if gap is None or relative is None:
        return f"identical: {_all(pair, unit)}"
    tolerance = difference.precision or f"rtol {difference.rtol:g}"
    if relative.relative > difference.rtol and not difference.precision:
        tolerance += f" and atol {difference.atol:g}"
    return f"same: {_all(pair, unit)} within {tolerance} (largest gap {gap.size} at {unit} {gap.t})"


def _parts(pair: Pair, unit: str, what: str) -> Iterator[str]:
    units = _plural(unit, pair.compared)
    if pair.differing:
        verb = "differs" if pair.differing == 1 else "differ"
        where = f"at {unit} {pair.first}" if pair.differing == 1 else f"first at {unit} {pair.first}"
        yield f"{pair.differing} of {pair.compared} {units} {verb}, {where}"
    elif pair.compared:
        yield f"the {pair.compared} {units} of both are {'identical' if pair.largest is None else 'equal'}"
    for label, other, count in (("A", "B", pair.only_a), ("B", "A", pair.only_b)):
        if count:
            yield f"{label} has {count} {_plural(unit, count)} that {other} has not"
    if pair.nulls:
        yield f"in {pair.nulls} of them only one side has a value"
    gap, relative = pair.largest, pair.largest_relative
    if pair.differing and gap and relative:
        yield f"largest gap {gap.size} at {unit} {gap.t}"
        if not relative.is_rounding and not math.isclose(gap.relative, relative.relative, rel_tol=1e-6):
            yield f"largest relative gap {relative.share} at {unit} {relative.t}"
    yield _sums(pair, what)


def _sums(pair: Pair, what: str) -> str:
    if pair.sum_a == pair.sum_b:
        return f"the {what} of both sum to {pair.sum_a:.6g}"
    text = f"the {what} sum to {pair.sum_a:.6g} in A and {pair.sum_b:.6g} in B"
    ratio = pair.sum_b / pair.sum_a if pair.sum_a else math.nan
    if not math.isfinite(ratio):
        return text
    digits = next((n for n in range(4, 17) if f"{ratio:.{n}g}" != "1"), 17)
    return f"{text} (ratio {ratio:.{digits}g})"


def _all(pair: Pair, unit: str) -> str:
    return f"the only {unit}" if pair.compared == 1 else f"all {pair.compared} {unit}s"


def _plural(unit: str, n: int) -> str:
    return unit if n == 1 else f"{unit}s"
