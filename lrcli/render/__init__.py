"""Values -> text. One writer per format; each takes a table and yields text, so that a long table streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from lrcli.table import Table
from lrcli.values import dataclass

PEOPLE = ("table", "plain", "markdown")
"""The formats for people: rounded numbers, an event column."""

MACHINE = ("csv", "tsv", "json", "jsonl")
"""The formats for programs: every digit, the same on every terminal."""

FORMATS = (*PEOPLE, *MACHINE)


@dataclass(frozen=True)
class Style:
    """How a writer for people may draw. Writers for programs ignore it.

    digits: significant digits of a number; None is all of them.
    width: the columns of the terminal; text wraps to it, numbers are never cut.
    wrap: at how many columns lines of prose are broken at words; 0 leaves them as long as they are, for a pipe.
    """

    digits: int | None = 6
    color: bool = False
    width: int = 80
    ascii: bool = False
    wrap: int = 0


Writer = Callable[[Table, Style], Iterator[str]]


def writer(name: str) -> Writer:
    """The writer of a format in FORMATS. Only the module of that format is imported."""
    module = import_module(f"lrcli.render.{name}")
    write: Writer = module.write
    return write
