"""The text of a config becomes nodes here: one file for each way in which a framework reads its files.

Each file has `read(source, sets)`: the mapping of a text, with what `--set` changes in it. It raises SpecError where
the text is of another kind. Nothing is ever run. The files that a text names are looked for beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

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
