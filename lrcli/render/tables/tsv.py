"""Tab-separated values: as CSV, with tabs."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.render import Style
from lrcli.render.tables.csv import delimited
from lrcli.table import Table

ENDINGS = (".tsv",)
EXACT = True


def write(table: Table, _style: Style) -> Iterator[str]:
    return delimited(table, "\t")
