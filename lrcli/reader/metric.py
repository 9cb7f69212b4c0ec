"""Reading a metric: a list in the spec, or a column of a CSV, TSV or JSON-lines file."""

from __future__ import annotations

from pathlib import Path

from lrcli.errors import Unreadable
from lrcli.inputs import FileTrouble, Inputs
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, Problems, split_column
from lrcli.reader.units import number_hint, resolve_scalar
from lrcli.reader.values import as_number, refuse_unknown_keys

_FORM = "metric: [0.9, 0.8, ...], or metric: {file: val.csv, column: val_loss}"


MAX_BYTES, MAX_VALUES = 30_000_000, 2_000_000
"""A metric has one value an epoch; a larger file is another one, or a device without end, and would fill the memory."""


def read_metric(node: Node, problems: Problems, inputs: Inputs) -> tuple[float, ...] | None:
    """The series that a `metric:` gives, None (and a problem) if it gives none."""
    if isinstance(node, Sequence) and node.items:
        return _inline(node, problems)
    if not isinstance(node, Mapping):
        problems.add(node.place, "wrong-type", f"metric must be a list or a file, not {node}", f"write {_FORM}")
        return None
    refuse_unknown_keys(node, ("file", "column"), "metric", problems)
    file, column = node.get("file"), node.get("column")
    if not isinstance(file, Scalar) or not file.text:
        problems.add(node.place if file is None else file.place, "missing-key", "metric needs 'file'", f"write {_FORM}")
        return None
    if column is not None and not isinstance(column, Scalar):
        problems.add(column.place, "wrong-type", f"column must be a name, not {column}")
        return None
    name = None if column is None else column.text
    return _from_file(file.place, file.text, name, file.place.source.directory, problems, inputs)


def metric_option(text: str, place: Place, problems: Problems, inputs: Inputs) -> tuple[float, ...] | None:
    """The series that `--metric FILE[:COLUMN]` gives."""
    file, column = split_column(text)
    return _from_file(place, file, column, Path(), problems, inputs)


def _inline(node: Sequence, problems: Problems) -> tuple[float, ...] | None:
    values: list[float] = []
    for item in node.items:
        number = as_number(item)
        if number is not None:
            values.append(float(number))
            continue
        hint = number_hint(item.text, not item.plain) if isinstance(item, Scalar) else ""
        hint = "write .nan" if isinstance(item, Scalar) and item.text.lower() == "nan" else hint
        problems.add(item.place, "wrong-type", f"a metric is a number, not {item}", hint)
    return tuple(values) if len(values) == len(node.items) else None


def _from_file(
    place: Place, file: str, column: str | None, directory: Path, problems: Problems, inputs: Inputs
) -> tuple[float, ...] | None:
    name = "<stdin>" if file == "-" else file or "''"
    try:
        if not file:
            raise FileTrouble("the name of the file is empty")
        data = inputs.get(file if file == "-" else str(directory / file), "metric").read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise FileTrouble(f"the file of a metric has at most {MAX_BYTES:,} bytes")
        return parse_series(data, column)
    except FileTrouble as error:
        problems.add(place, "file", f"{name}: {error}")
    except Unreadable as error:
        problems.add(place, "metric", f"{name}: {error.message}", error.help)
    return None


def parse_series(data: bytes, column: str | None) -> tuple[float, ...]:
    r"""The numbers of one column of a CSV, TSV or JSON-lines text; Unreadable if there are none.

    >>> parse_series(b"epoch,loss\n0,0.5\n1,0.25\n", "loss")
    (0.5, 0.25)
    """
    if max(data.count(b"\n"), data.count(b"\r")) > MAX_VALUES or (data[:1] == b"[" and data.count(b",") > MAX_VALUES):
        raise Unreadable(f"a metric has at most {MAX_VALUES:,} values")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("this is not UTF-8 text") from None
    start = text.lstrip()[:1]
    if not start:
        raise Unreadable("the file is empty")
    return _json_lines(text, column) if start in "{[" else _delimited(text, column)


def _json_lines(text: str, column: str | None) -> tuple[float, ...]:
    import json

    rows: list[tuple[int, object]] = []
    n = 0
    try:
        if text.lstrip().startswith("["):
            rows = list(enumerate(json.loads(text), 1))
        else:
            for n, line in enumerate(text.splitlines(), 1):
                if line.strip():
                    rows.append((n, json.loads(line)))
    except (ValueError, RecursionError):
        raise Unreadable(f"row {n} is not JSON" if n else "this is not JSON") from None
    first = rows[0][1] if rows else None
    if isinstance(first, dict):
        column = _choose([str(key) for key in first], column)
    values = []
    for n, row in rows:
        if isinstance(row, dict):
            if column not in row:
                raise Unreadable(f"row {n} has no {column!r}")
            row = row[column]
        if isinstance(row, bool) or not isinstance(row, (int, float)):
            raise Unreadable(_not_a_number(n, column, json.dumps(row)))
        # by its text, as in a CSV file: an int of hundreds of digits is infinite, float() of it an error
        values.append(row if isinstance(row, float) else float(str(row)))
    if not values:
        raise Unreadable("the list is empty")
    return tuple(values)


def _delimited(text: str, column: str | None) -> tuple[float, ...]:
    import csv

    head = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = next((mark for mark in "\t,;" if mark in head), ",")
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    values: list[float] = []
    i, empty, alone = -1, 0, False
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                empty = empty or reader.line_num
                continue
            if empty and alone:  # one before the first row or after the last one is no value that is missing
                raise Unreadable(f"row {empty} is empty")
            empty = 0
            if i < 0:
                names = [cell.strip() for cell in row]
                alone = len(names) == 1
                if not alone or _number(names[0]) is None:
                    column = _choose(names, column)
                    i = names.index(column)
                    continue
                if column is not None:
                    raise Unreadable(f"there is no column {column!r}", "the file has one column, without a name")
                i = 0
            cell = row[i].strip() if i < len(row) else ""
            number = _number(cell)
            if number is None:
                raise Unreadable(_not_a_number(reader.line_num, column, repr(cell)[:60] if cell else "an empty cell"))
            values.append(number)
    except csv.Error as error:
        raise Unreadable(f"row {reader.line_num} is not CSV: {error}") from None
    if not values:
        raise Unreadable("the file has no rows")
    return tuple(values)


def _choose(names: list[str], column: str | None) -> str:
    listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    if column is None:
        if len(names) > 1:
            raise Unreadable("which column is the metric?", f"the columns are {listed}")
        return names[0]
    if column not in names:
        raise Unreadable(f"there is no column {column!r}", f"the columns are {listed}")
    return column


def _number(cell: str) -> float | None:
    """The number in a cell, by the rules of YAML or as other programs write NaN and infinities."""
    value = resolve_scalar(cell)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if cell.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return float(cell)
    return None


def _not_a_number(row: int, column: str | None, cell: str) -> str:
    where = f"row {row}, column {column!r}" if column is not None else f"row {row}"
    return f"{where}: {cell} is not a number"
