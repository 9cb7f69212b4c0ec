"""`lrcli help`: a page of the manual, the help of a command, or what a code means."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Annotated

from typer import Argument

import lrcli
from lrcli.catalog.registry import find_type
from lrcli.checks import rules_by_code, rules_by_level
from lrcli.cli.command import make_command
from lrcli.cli.environment import Environment, ExitStatus
from lrcli.cli.options import NoPager
from lrcli.cli.output import Output
from lrcli.errors import LrcliError, suggest

FOLDER = Path(lrcli.__file__).parent / "manual"
REFERENCE, RULES = "reference", "rules"
"""The page with the help of every command, and the table of what check finds, are made and not shipped."""


def help_(
    env: Environment,
    output: Output,
    topic: Annotated[
        str | None,
        Argument(metavar="[TOPIC]", show_default=False, help="A page of the manual, a command, a type or a code."),
    ] = None,
    no_pager: NoPager = False,
) -> ExitStatus:
    """Explain a topic, a command, a schedule type or a code.

    Without TOPIC it lists the pages. On a terminal a page is set for its width, in a pipe it is the Markdown as it is.
    """
    from lrcli.cli.app import Commands, dispatch  # not above: it imports the commands

    name = (topic or "index").lower()
    commands = Commands.names()
    title = name.replace("-", "_")
    if name in commands:
        return ExitStatus(dispatch([name, "-h"], env))
    if topic and title not in topics() and find_type(topic):
        return ExitStatus(dispatch(["types", topic], env))
    if title == REFERENCE:
        for command in commands:
            dispatch([command, "-h"], env)
            output.write(["\n"])
        return ExitStatus.OK
    text = page(title) if title in ("index", *topics()) else code(name)
    if text is None:
        names = (*commands, *topics(), *codes_known())
        hint = suggest(name, names, f"the topics are {', '.join(topics())}")
        if pages := _pages_with(name):
            about = f"the word is in the pages {', '.join(pages)}"
            hint = f"{hint} Or {about}" if hint.endswith("?") else about
        raise LrcliError(f"there is no command, topic, type or code {name[:60]!r}: {hint}")
    output.write([_set(text, output) if output.tty else text], paged=not no_pager)
    return ExitStatus.OK


def topics() -> tuple[str, ...]:
    """The names of the pages, in the order of the index."""
    listed = re.findall(r"^\| \[([a-z_]+)\]", page("index"), re.MULTILINE)
    return tuple(name for name in listed if name in (REFERENCE, RULES) or (FOLDER / f"{name}.md").exists())


def _pages_with(word: str) -> list[str]:
    """The pages in which a word begins a word, those that say it most first."""
    said = re.compile(rf"\b{re.escape(word)}", re.IGNORECASE)
    counts = {name: len(said.findall(page(name))) for name in topics() if name != REFERENCE}
    return sorted(filter(counts.__getitem__, counts), key=counts.__getitem__, reverse=True)[:4]


def page(name: str) -> str:
    return rules() if name == RULES else (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def rules() -> str:
    """The table of all rules of check, the gravest first."""
    lines = ["# What check finds", "", "| code | level | finds | why it matters |", "|---|---|---|---|"]
    lines += [f"| `{rule.code}` | {rule.level} | {rule.finds} | {rule.why} |" for rule in rules_by_level()]
    return "\n".join(lines) + "\n"


def code(name: str) -> str | None:
    """What a code of an error or of a finding means, in Markdown; None where there is no such code."""
    section = re.search(rf"^## {re.escape(name)}\n\n(.*?)(?=^## |\Z)", page("codes"), re.MULTILINE | re.DOTALL)
    if section:  # of an error: the rules are not imported
        return f"# {name}\n\n{section[1].strip()}\n"
    known = rules_by_code().get(name)
    if known is None:
        return None
    return (
        f"# {known.code}\n\n{known.level}: {known.finds}.\n\nWhy: {known.why}.\n\n"
        f"`# lrcli: ignore {known.code}` on the line silences it there, `--ignore {known.code}` everywhere.\n"
    )


def codes_known() -> tuple[str, ...]:
    return (*rules_by_code(), *re.findall(r"^## ([a-z-]+)$", page("codes"), re.MULTILINE))


def _set(text: str, output: Output) -> str:
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
