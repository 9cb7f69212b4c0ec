"""The manual's pages, as they are shipped: `lrcli/manual/*.md`."""

from __future__ import annotations

import re
from pathlib import Path

import lrcli

FOLDER = Path(lrcli.__file__).parent / "manual"
REFERENCE, RULES = "reference", "rules"
"""The help of every command, and the table of what check finds: an installed package makes these pages."""


def topics() -> tuple[str, ...]:
    """The names of the pages, in the order of the index."""
    listed = re.findall(r"^\| \[([a-z_]+)\]", page("index"), re.MULTILINE)
    return tuple(name for name in listed if name in (REFERENCE, RULES) or (FOLDER / f"{name}.md").exists())


def page(name: str) -> str:
    """The text of a page, in Markdown."""
    return rules() if name == RULES else (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def rules() -> str:
    """The table of all rules of check, the gravest first."""
    from lrcli.checks import all_rules
    from lrcli.errors import LEVELS

    known = sorted(all_rules(), key=lambda rule: (LEVELS.index(rule.level), rule.code))
    lines = ["# What check finds", "", "| code | level | finds | why it matters |", "|---|---|---|---|"]
    lines += [f"| `{rule.code}` | {rule.level} | {rule.finds} | {rule.why} |" for rule in known]
    return "\n".join(lines) + "\n"


def code(name: str) -> str | None:
    """What a code of an error or of a finding means, in Markdown; None where there is no such code."""
    from lrcli.checks import codes, rule

    if name in codes():
        known = rule(name)
        return (
            f"# {known.code}\n\n{known.level}: {known.finds}.\n\nWhy: {known.why}.\n\n"
            f"`# lrcli: ignore {known.code}` on the line silences it there, `--ignore {known.code}` everywhere.\n"
        )
    section = re.search(rf"^## {re.escape(name)}\n\n(.*?)(?=^## |\Z)", page("codes"), re.MULTILINE | re.DOTALL)
    return f"# {name}\n\n{section[1].strip()}\n" if section else None


def codes_known() -> tuple[str, ...]:
    """Every code that `code` knows."""
    from lrcli.checks import codes

    return (*codes(), *re.findall(r"^## ([a-z-]+)$", page("codes"), re.MULTILINE))
