"""A Markdown table (GitHub's)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.printable import printable
from lrcli.render import Style
from lrcli.render.tables.plain import Layout
from lrcli.table import Table

ENDINGS = (".md",)
EXACT = False

_ESCAPED = str.maketrans({c: f"\\{c}" for c in "\\|<*[]`"})


def escaped_cell(text: str) -> str:
    r"""The text with what Markdown would read as its own escaped.

    >>> print(escaped_cell("a|b"))
    a\|b
    """
    return printable(text).translate(_ESCAPED)


def write(table: Table, style: Style) -> Iterator[str]:
    """The table as Markdown, its source aligned as well."""
    layout = Layout(table, style.digits, escaped_cell)
    layout.shapes = [shape._replace(width=max(shape.width, 4)) for shape in layout.shapes]  # room for the rule
    yield _line(layout.header())
    yield _line(["-" * (s.width - 1) + ":" if s.kind == "index" else ":" + "-" * (s.width - 1) for s in layout.shapes])
    for chunk in table.chunks():
        yield "".join(map(_line, layout.rows(chunk)))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
