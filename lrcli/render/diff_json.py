"""A Difference as one JSON document: everything it holds. An absent value, NaN and infinities are null."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from lrcli.comparison.difference import Difference, Pair, Side
from lrcli.errors import Problem, RowList
from lrcli.render.document import without_nan


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
    return _written(without_nan(report)) + "\n"


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


def _written(value: Any, indent: str = "") -> str:
    """JSON with what is flat (a row, a gap) on a line of its own."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, (dict, list)) for item in items):
        return json.dumps(value, allow_nan=False)
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(name)}: {_written(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{_written(item, inner)}" for item in value) + f"\n{indent}]"
