"""Tables as text, each format one file: it states its `ENDINGS`, whether it is `EXACT`, and has a function `write`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, cast

from lrcli.render import Formats, Style
from lrcli.table import Table

TABLES = Formats("plain", package=__name__, on_terminal="table")


class TableFormat(Protocol):
    """The module of a format.

    ENDINGS: the endings of its files. EXACT: whether it is for programs, with every digit and the same on every
    terminal; one for people has rounded numbers and an event column.
    """

    ENDINGS: tuple[str, ...]
    EXACT: bool

    def write(self, table: Table, style: Style) -> Iterator[str]:
        """Yield the text piece by piece, so that a long table streams."""


def table_format(name: str) -> TableFormat:
    """The module of one format; no other one is imported."""
    return cast(TableFormat, TABLES.module(name))
