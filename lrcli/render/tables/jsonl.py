"""JSON lines: one flat object per row, every digit of every number.

An absent value is null. JSON has no NaN and no infinities: they are null, too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.render import Style
from lrcli.table import Table

ENDINGS = (".jsonl",)
EXACT = True


def write(table: Table, _style: Style) -> Iterator[str]:
    for objects in json_rows(table):
        yield "\n".join(objects) + "\n"


def json_rows(table: Table) -> Iterator[list[str]]:
    names = (json.dumps(column.name).replace("%", "%%") for column in table.columns)
    template = "{" + ", ".join(f"{name}: %s" for name in names) + "}"
    kinds = [column.kind for column in table.columns]
    for chunk in table.chunks():
        cells = [_cells(kind, values) for kind, values in zip(kinds, chunk, strict=True)]
        yield [template % row for row in zip(*cells, strict=True)]


def _cells(kind: str, values: Sequence[Any]) -> Sequence[str]:
    if kind == "text":
        return [json.dumps(value) if value else "null" for value in values]
    try:
        if all(map(math.isfinite, values)):
            return list(map(repr, values))
    except TypeError:
        pass  # a None among them
    return [repr(value) if value is not None and math.isfinite(value) else "null" for value in values]
