"""`lrcli help`: a page of the manual, the help of a command, or what a code means."""

from __future__ import annotations

import re
from typing import Annotated

from typer import Argument

from lrcli.cli import manual
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment
from lrcli.cli.exits import ExitStatus
from lrcli.cli.options import NoPager
from lrcli.cli.output import Output
from lrcli.errors import LrcliError, suggest


def help_(
    env: Environment,
    output: Output,
    topic: Annotated[
        str | None,
        Argument(metavar="[TOPIC]", show_default=False, help="A page of the manual, a command or a code."),
    ] = None,
    no_pager: NoPager = False,
) -> ExitStatus:
    """Show a page of the manual, the help of a command, or what a code means.

    Without TOPIC it lists the pages. On a terminal a page is set for its width, in a pipe it is the Markdown as it is.
    """
    from lrcli.cli.app import Commands, dispatch

    name = (topic or "").lower()
    if not name:
        return _show(manual.page("index"), output, not no_pager)
    commands = Commands.names()
    if name in commands:
        return ExitStatus(dispatch([name, "-h"], env))
    page = name.replace("-", "_")
    if page == manual.REFERENCE:
        for command in commands:
            dispatch([command, "-h"], env)
            output.write(["\n"])
        return ExitStatus.OK
    if page in manual.topics():
        return _show(manual.page(page), output, not no_pager)
    text = manual.code(name)
    if text is None:
        known = (*commands, *manual.topics(), *manual.codes_known())
        hint = suggest(name, known, f"the topics are {', '.join(manual.topics())}")
        raise LrcliError(f"there is no command, topic or code {name[:60]!r}: {hint}")
    return _show(text, output, not no_pager)


def _show(text: str, output: Output, paged: bool) -> ExitStatus:
    output.write([_set(text, output) if output.tty else text], paged=paged)
    return ExitStatus.OK


def _set(text: str, output: Output) -> str:
    """The page as rich sets it for the terminal."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    text = re.sub(r"\[([^]\n]+)\]\([\w./]+\.\w+\)", r"\1", text)  # a page has no links to files in a terminal
    page = StringIO()
    console = Console(
        file=page,
        width=min(output.width, 100),
        force_terminal=output.color,
        color_system="standard" if output.color else None,
        legacy_windows=False,
    )
    console.print(Markdown(text, hyperlinks=False))
    return page.getvalue()


command = make_command(
    help_,
    examples=[
        ("lrcli help", "the pages of the manual"),
        ("lrcli help recipes", "one of them"),
        ("lrcli help cosine-climbs", "what a finding of check means"),
        ("lrcli help needs-steps", "what an error means"),
    ],
)
