"""CSV by RFC 4180 with lines that end in LF: every digit of every number, nothing for an absent value.

NaN and infinities are written as Python writes them (nan, inf), so `float()` reads every number back to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.printable import printable
from lrcli.render import Style
from lrcli.table import Table

ENDINGS = (".csv",)
EXACT = True


def write(table: Table, _style: Style) -> Iterator[str]:
    return delimited(table, ",")


def delimited(table: Table, separator: str) -> Iterator[str]:
    yield separator.join(quoted(column.name, separator) for column in table.columns) + "\n"
    kinds = [column.kind for column in table.columns]
    for chunk in table.chunks():
        cells = [_cells(kind, values, separator) for kind, values in zip(kinds, chunk, strict=True)]
        yield "\n".join(map(separator.join, zip(*cells, strict=True))) + "\n"


def _cells(kind: str, values: Sequence[Any], separator: str) -> Sequence[str]:
    if kind == "text":
        return [quoted(value, separator) for value in values]
    if None in values:
        return ["" if value is None else repr(value) for value in values]
    return list(map(repr, values))


def quoted(text: str, separator: str) -> str:
    """The text of a cell: a name that a spreadsheet would take for a formula begins with an apostrophe instead.

    >>> quoted("lr/head", ","), quoted("a,b", ","), quoted("=1+1:lr", ",")
    ('lr/head', '"a,b"', "'=1+1:lr")
    """
    safe = printable(text)
    if safe[:1] in ("=", "+", "-", "@"):
        safe = "'" + safe
    if separator in safe or '"' in safe:
        return '"' + safe.replace('"', '""') + '"'
    return safe
