"""A JSON array of flat objects, one row a line: what `jsonl` writes, as one document."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.render import Style
from lrcli.render.tables.jsonl import json_rows
from lrcli.table import Table

ENDINGS = (".json",)
EXACT = True


def write(table: Table, _style: Style) -> Iterator[str]:
    lead = "[\n"
    for objects in json_rows(table):
        yield lead + ",\n".join(objects)
        lead = ",\n"
    yield "[]\n" if lead == "[\n" else "\n]\n"
