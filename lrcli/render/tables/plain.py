"""Aligned text without a box, cut nowhere: the table for a pipe.

Numbers for people have a few significant digits and are aligned at the decimal point, here and in other formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from lrcli.printable import number_text, printable
from lrcli.render import Style
from lrcli.render.safe import cell_width
from lrcli.table import Chunk, Column, Table

ENDINGS: tuple[str, ...] = ()
EXACT = False

GAP = "  "


def write(table: Table, style: Style) -> Iterator[str]:
    layout = Layout(table, style.digits, partial(printable, ascii=style.ascii))
    yield GAP.join(layout.header()).rstrip() + "\n"
    for chunk in table.chunks():
        yield "".join(GAP.join(row).rstrip() + "\n" for row in layout.rows(chunk))


ABSENT = "-"
"""A table for people shows this where it has no value."""


def rounded_text(value: float | None, digits: int | None = 6) -> str:
    """The number with so many significant digits; None is all of them. Whole numbers stay whole.

    >>> rounded_text(0.1 * 3), rounded_text(0.1 * 3, None), [rounded_text(value) for value in (1e-05, 1234567, None)]
    ('0.3', '0.30000000000000004', ['1e-05', '1234567', '-'])
    """
    if value is None:
        return ABSENT
    if isinstance(value, int):
        return str(value)
    return repr(value) if digits is None else number_text(value, digits)


class ColumnShape(NamedTuple):
    """The width of a column of text, and for numbers how much of it stands before and after the decimal point."""

    kind: str
    width: int
    before: int = 0
    after: int = 0

    def cell(self, text: str) -> str:
        if self.kind == "text":
            return text + " " * (self.width - cell_width(text))
        if self.kind == "index":
            return text.rjust(self.width)
        whole, rest = _split(text)
        return (whole.rjust(self.before) + rest).ljust(self.width)

    def header(self, name: str) -> str:
        blank = " " * (self.width - cell_width(name))
        return blank + name if self.kind == "index" else name + blank


class Layout:
    """A table's cells as text for people: `say` makes a name or an event printable, `digits` rounds the numbers.

    The widths are those of the rows that are known; where more are to come, wide enough for any number.
    """

    def __init__(self, table: Table, digits: int | None, say: Callable[[str], str]) -> None:
        self.table = table
        self.digits = digits
        self.say = say
        self.names = [say(column.name) for column in table.columns]
        more = None if table.complete else digits or 17
        self.shapes = [
            _shape(column.kind, name, {text for chunk in table.head for text in self._texts(column, chunk[i])}, more)
            for i, (column, name) in enumerate(zip(table.columns, self.names, strict=True))
        ]
        if more:
            least = len(str(table.last))
            self.shapes = [s._replace(width=max(s.width, least)) if s.kind == "index" else s for s in self.shapes]

    def _texts(self, column: Column, values: Sequence[Any]) -> list[str]:
        if column.kind == "text":
            return [self.say(value) for value in values]
        return [rounded_text(value, self.digits) for value in values]

    def header(self) -> list[str]:
        return [shape.header(name) for shape, name in zip(self.shapes, self.names, strict=True)]

    def rows(self, chunk: Chunk) -> Iterator[tuple[str, ...]]:
        cells = [
            [shape.cell(text) for text in self._texts(column, values)]
            for column, shape, values in zip(self.table.columns, self.shapes, chunk, strict=True)
        ]
        return zip(*cells, strict=True)


def _shape(kind: str, name: str, cells: set[str], more: int | None) -> ColumnShape:
    """`more` is how many digits the numbers still to come have at most; None: there are none."""
    least = cell_width(name)
    if kind in ("text", "index"):
        return ColumnShape(kind, max([least, *map(cell_width, cells)]))
    parts = [_split(text) for text in cells]
    before = max((len(whole) for whole, _ in parts), default=1)
    after = max((len(rest) for _, rest in parts), default=0)
    if more:
        after = max(after, more + 4)  # 0.000123457 and 1.23457e-05
    return ColumnShape(kind, max(least, before + after), before, after)


def _split(text: str) -> tuple[str, str]:
    """The text cut before its decimal point or exponent; nan and inf are all whole."""
    for mark in ".e":
        at = text.find(mark)
        if at > 0:
            return text[:at], text[at:]
    return text, ""
