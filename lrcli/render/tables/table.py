"""A table in a box, for a terminal. A long one is written as `plain` does: a box of it takes rich seconds.

So is one that is too wide for the terminal: the terminal wraps a box to rubble.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from io import StringIO

from lrcli.printable import printable
from lrcli.render import Style
from lrcli.render.tables import plain
from lrcli.render.tables.plain import ColumnShape, Layout
from lrcli.table import Table

ENDINGS: tuple[str, ...] = ()
EXACT = False

LONGEST = 2000
"""A table of more rows is written without a box."""

_NARROWEST = 20
"""The box is given up where a column of text would be narrower."""

_STYLES = {"index": "dim", "lr": "", "number": "", "text": "yellow"}


def write(table: Table, style: Style) -> Iterator[str]:
    """The table in a box. Text wraps to the width; numbers never do."""
    layout = None
    if table.complete and table.size <= LONGEST:
        layout = Layout(table, style.digits, partial(printable, ascii=style.ascii))
    if layout is None or sum(_least(shape) + 3 for shape in layout.shapes) + 1 > style.width:
        yield from plain.write(table, style)
        return

    from rich import box
    from rich.console import Console
    from rich.table import Table as Box
    from rich.text import Text

    grid = Box(box=box.ASCII2 if style.ascii else box.ROUNDED, header_style="bold" if style.color else "")
    for shape, name in zip(layout.shapes, layout.names, strict=True):
        grid.add_column(
            Text(name),
            style=_STYLES[shape.kind] if style.color else "",
            justify="right" if shape.kind == "index" else "left",
            no_wrap=shape.kind != "text",
            min_width=_least(shape),
        )
    for chunk in table.head:
        for row in layout.rows(chunk):
            grid.add_row(*(Text(cell.rstrip()) for cell in row))  # Text: a name is no markup
    out = StringIO()
    console = Console(
        file=out,
        width=style.width,
        color_system="standard" if style.color else None,
        force_terminal=style.color,
        no_color=not style.color,
        legacy_windows=False,
        safe_box=False,
        _environ={},  # the caller knows the terminal better than rich does
    )
    console.print(grid)
    yield out.getvalue()


def _least(shape: ColumnShape) -> int:
    return min(shape.width, _NARROWEST) if shape.kind == "text" else shape.width
