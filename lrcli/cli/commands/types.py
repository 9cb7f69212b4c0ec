"""`lrcli types`: the schedule types, or one of them in full."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from lrcli.catalog.describe import TypeInfo, describe, example, find
from lrcli.catalog.registry import all_types, framework, framework_types
from lrcli.cli.command import make_command
from lrcli.cli.options import NoPager
from lrcli.cli.output import Output
from lrcli.render import Formats
from lrcli.render.catalog import write_list, write_type

_PICTURE = (72, 12)


def types(
    output: Output,
    type: Annotated[
        str | None,
        Argument(metavar="[TYPE]", show_default=False, help="A type, or PyTorch's class; default: all."),
    ] = None,
    no_pager: NoPager = False,
) -> None:
    """List the schedule types, or show one of them in full.

    One is shown with its formula, its keys with their defaults, an example and its curve.
    """
    of_name = framework(type) if type else None
    if type is None or (of_name is not None and not of_name.replays):
        width = output.width if output.tty else None
        types = framework_types(of_name.name) if of_name else all_types()
        output.write(write_list([describe(cls) for cls in types], output.format, width), paged=not no_pager)
        return
    info = describe(find(type))
    picture = _picture(info, output) if output.format == "plain" else ""
    output.write(write_type(info, output.format, output.width, picture), paged=not no_pager)


def _picture(info: TypeInfo, output: Output) -> str:
    from lrcli.reader import parse_text
    from lrcli.render.chart import Look, Picture
    from lrcli.render.pictures.text import draw
    from lrcli.series import series_of

    run = series_of(parse_text(example(info))).renamed(info.name)
    width, height = _PICTURE
    look = Look(columns=min(output.width, width), lines=height, ascii=output.ascii, color=output.color)
    return draw(Picture((run,), look))


command = make_command(
    types,
    formats=Formats("plain", ("json",)),
    examples=[
        ("lrcli types", "every type with one line"),
        ("lrcli types cosine_restarts", "all about one"),
        ("lrcli types StepLR", "by the name of PyTorch's class"),
    ],
)
