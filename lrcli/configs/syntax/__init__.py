"""The text of a config becomes nodes here: one file for each way in which a framework reads its files.

Each file has `read(source, sets)`: the mapping of a text, with what `--set` changes in it. It raises SpecError where
the text is of another kind. Nothing is ever run. The files that a text names are looked for beside it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from lrcli.errors import SpecError
from lrcli.inputs import FileTrouble, Inputs
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import MAX_SIZE, Place, Source, decoded, refuse

WITH_BASES = ("openmmlab", "yacs")


def read(syntax: str, source: Source, sets: Sequence[str] = (), inputs: Inputs | None = None) -> Mapping:
    """The mapping of a text in one of the syntaxes, which are the files of this folder.

    Some of them read the files that a text is based on, too, from `inputs`; without it, they leave them out.
    """
    module = import_module(f"{__name__}.{syntax}")
    root = module.read(source, sets, inputs) if syntax in WITH_BASES else module.read(source, sets)
    assert isinstance(root, Mapping)
    return root


_MOST_DEEP, _MOST_FILES = 16, 200
"""A chain of files that are based on each other is at most this long, and this many are read in all."""


@dataclass(frozen=True)
class Chain:
    """The files that are based on each other, from the config on; `read` holds all that were read beside them, too."""

    files: tuple[Path, ...] = ()
    read: list[Path] = field(default_factory=list)

    def with_file(self, source: Source) -> Chain:
        """The chain with one more file."""
        return Chain((*self.files, Path(source.name).resolve()), self.read)

    def check(self, base: Source, place: Place) -> None:
        """Raise SpecError for a file that is based on itself, and for too many."""
        path = Path(base.name).resolve()
        self.read.append(path)
        if path in self.files:
            raise refuse(place, "limit", f"{base.name} is based on itself")
        if len(self.files) > _MOST_DEEP or len(self.read) > _MOST_FILES:
            raise refuse(
                place, "limit", f"more than {_MOST_DEEP} files are based on each other, or {_MOST_FILES} in all"
            )


def file_beside(inputs: Inputs, source: Source, name: str, place: Place) -> Source:
    """The file of a name, relative to another one. Raises SpecError, at `place`, where it cannot be read."""
    where = source.directory / (Path(name).expanduser() if name.startswith("~/") else name)
    try:
        data = inputs.get(str(where), "config").read(MAX_SIZE + 1)
    except FileTrouble as error:
        raise refuse(place, "file", f"{name}: {error}", f"it is looked for at {where}") from None
    return decoded(Source(str(where), stem=where.stem, directory=where.parent), data)


_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Offsets:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(source.text))]

    def place(self, start: int, end: int | None = None) -> Place:
        line = bisect_right(self.starts, start)
        return Place(self.source, line, start - self.starts[line - 1] + 1, max(1, (end or start + 1) - start))


class Cursor:
    """One pass over a text; `at` is how far it has come. blank: what may stand between two values."""

    blank = re.compile(r"[ \t\n\r]*")
    ends_with_comma = True
    """Whether a comma may stand after the last value."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.place = Offsets(source).place

    def fail(self, wanted: str) -> SpecError:
        """The error of a text that goes on in another way, to be raised."""
        return refuse(self.place(self.at), "syntax", wanted)

    def skip(self, pattern: re.Pattern[str] | None = None) -> None:
        """Go past what a pattern matches here; without one, past blanks."""
        match = (pattern or self.blank).match(self.text, self.at)
        self.at = match.end() if match else self.at

    def takes(self, mark: str) -> bool:
        """Whether the text goes on with a mark; then it is past it."""
        is_next = self.text.startswith(mark, self.at)
        self.at += len(mark) * is_next
        return is_next

    def listed(self, close: str, read: Callable[[], None], blank: re.Pattern[str] | None = None) -> None:
        """Read values with commas between them, and go past the mark that closes them."""
        self.skip(blank)
        while not self.takes(close):
            read()
            self.skip(blank)
            comma = self.at
            if self.takes(","):
                self.skip(blank)
            is_last, has_comma = self.text.startswith(close, self.at), self.at > comma
            if not (is_last or has_comma) or (is_last and has_comma and not self.ends_with_comma):
                self.at = comma
                raise self.fail(f"',' and a value, or '{close}', is wanted here")
