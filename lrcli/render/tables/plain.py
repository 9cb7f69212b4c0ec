"""Aligned text without a box, cut nowhere: the table for a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from lrcli.printable import printable
from lrcli.render import Style
from lrcli.render.numbers import Layout
from lrcli.table import Table

ENDINGS: tuple[str, ...] = ()
EXACT = False

GAP = "  "


def write(table: Table, style: Style) -> Iterator[str]:
    layout = Layout(table, style.digits, partial(printable, ascii=style.ascii))
    yield GAP.join(layout.header()).rstrip() + "\n"
    for chunk in table.chunks():
        yield "".join(GAP.join(row).rstrip() + "\n" for row in layout.rows(chunk))
