"""The manual's pages, as they are shipped: `lrcli/manual/*.md`."""

from __future__ import annotations

import re
from pathlib import Path

import lrcli

FOLDER = Path(lrcli.__file__).parent / "manual"
_FIRST = "index"
REFERENCE = "reference"
"""The page with the help of every command, which an installed package makes and does not hold."""


def topics() -> tuple[str, ...]:
    """The names of the pages, in the order of the index."""
    listed = re.findall(r"^\| \[([a-z_]+)\]", page(_FIRST), re.MULTILINE)
    return tuple(name for name in listed if name == REFERENCE or (FOLDER / f"{name}.md").exists())


def page(name: str) -> str:
    """The text of a page, in Markdown."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def index() -> str:
    """The table of contents."""
    return page(_FIRST)


def code(name: str) -> str | None:
    """What a code of an error or of a finding means, in Markdown; None where there is no such code."""
    from lrcli.checks import codes, rule

    if name in codes():
        one = rule(name)
        return (
            f"# {one.code}\n\n{one.level}: {one.finds}.\n\nWhy: {one.why}.\n\n"
            f"`# lrcli: ignore {one.code}` on the line silences it there, `--ignore {one.code}` everywhere.\n"
        )
    found = re.search(rf"^## {re.escape(name)}\n\n(.*?)(?=^## |\Z)", page("codes"), re.MULTILINE | re.DOTALL)
    return f"# {name}\n\n{found[1].strip()}\n" if found else None


def codes_known() -> tuple[str, ...]:
    """Every code that `code` knows."""
    from lrcli.checks import codes

    return (*codes(), *re.findall(r"^## ([a-z-]+)$", page("codes"), re.MULTILINE))
