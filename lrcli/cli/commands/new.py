"""`lrcli new`: a first spec of a type, to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from lrcli.catalog.describe import describe, find, starter
from lrcli.catalog.registry import all_types
from lrcli.cli.command import make_command
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.render import Formats


def new(
    output: Output,
    type: Annotated[
        str | None, Argument(metavar="[TYPE]", show_default=False, help="A type, or PyTorch's class; default: list.")
    ] = None,
) -> None:
    """Write a commented spec of a type to start from.

    It is valid as it is: keys that need a value have one, the others stand in a comment with their default. A FILE that
    is already there is not touched.
    """
    if type is None:
        from lrcli.render.catalog import write_list

        width = output.width if output.tty else None
        output.write(write_list([describe(cls) for cls in all_types()], "plain", width))
        return
    info = describe(find(type))
    if output.to_file and Path(output.path or "").is_file():
        raise LrcliError(f"{output.path} is already there: remove it first, or choose another name")
    output.write([starter(info)])


command = make_command(
    new,
    formats=Formats("yaml"),
    examples=[
        ("lrcli new", "the types to choose from"),
        ("lrcli new one_cycle -o train.yaml", "a spec to edit"),
        ("lrcli new cosine | lrcli plot -", "what it looks like"),
    ],
)
