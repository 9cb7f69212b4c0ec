"""Values -> text and pictures. Each writer takes a value and yields text; the library writes nothing itself.

A format of tables or of pictures is one file in `lrcli/render/tables` or `lrcli/render/pictures`, found by its folder.
"""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

from lrcli.folder import module_names
from lrcli.values import dataclass

MOST_COLUMNS, MOST_LINES = 2_000, 1_000
"""A picture of characters is at most so large, whoever asks for it: an option, a variable or the terminal."""


@dataclass(frozen=True)
class Style:
    """How a writer for people may draw. Writers for programs ignore it.

    digits: significant digits of a number; None is all of them.
    width: the columns of the terminal; text wraps to it, numbers are never cut.
    """

    digits: int | None = 6
    color: bool = False
    width: int = 80
    ascii: bool = False


_ENDINGS = {
    "csv": (".csv",),
    "json": (".json",),
    "markdown": (".md",),
    "python": (".py",),
    "sarif": (".sarif",),
    "tsv": (".tsv",),
    "yaml": (".yaml", ".yml"),
}
"""Files with these endings hold reports; a format that has a module of its own states its endings there."""


@dataclass(frozen=True)
class Formats:
    """The formats of a command, and which of them is written where nobody says.

    others: their names, beside the default, where they have no files of their own. package: the package with a module
    for each, which states its ENDINGS. on_terminal: what the default is there. prose: those whose long lines a terminal
    may break at words. option: whether --format chooses among them.
    """

    default: str
    others: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    option: bool = True
    package: str = ""
    on_terminal: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return module_names(import_module(self.package).__path__) if self.package else (self.default, *self.others)

    def module(self, name: str) -> Any:
        """The module of a format. No other one is imported."""
        return import_module(f"{self.package}.{name}")

    def endings(self, name: str) -> tuple[str, ...]:
        """The endings of files that mean a format, the usual one first."""
        endings: tuple[str, ...] = self.module(name).ENDINGS if self.package else _ENDINGS.get(name, ())
        return endings

    def of_ending(self, ending: str) -> str | None:
        namesake_first = sorted(self.names, key=lambda name: f".{name}" != ending)  # so that no other is imported
        return next((name for name in namesake_first if ending in self.endings(name)), None)


TEXT = Formats("text", prose=("text",))
"""Prose and lists of names have no other format."""


def json_document(value: Any) -> str:
    r"""The value as an indented JSON text; JSON has no NaN and no infinities, they are null.

    >>> json_document({"lr": [0.1, float("nan")]})
    '{\n  "lr": [\n    0.1,\n    null\n  ]\n}\n'
    """
    import json  # not above: nearly all reports are text

    return json.dumps(without_nan(value), indent=2, allow_nan=False) + "\n"


def json_in_rows(value: Any, indent: str = "") -> str:
    r"""The value as a JSON text in which what is flat (a row, a finding) has a line of its own.

    >>> json_in_rows({"same": False, "rows": [{"epoch": 0, "lr": 0.1}]})
    '{\n  "same": false,\n  "rows": [\n    {"epoch": 0, "lr": 0.1}\n  ]\n}'
    """
    import json

    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, (dict, list)) for item in items):
        return json.dumps(value, allow_nan=False)
    inner = indent + "  "
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(name)}: {json_in_rows(item, inner)}" for name, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    return "[\n" + ",\n".join(f"{inner}{json_in_rows(item, inner)}" for item in value) + f"\n{indent}]"


def without_nan(value: Any) -> Any:
    """The value with None for every number that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: without_nan(item) for name, item in value.items()}
    return [without_nan(item) for item in value] if isinstance(value, (list, tuple)) else value
