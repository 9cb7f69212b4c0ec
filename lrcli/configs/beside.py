"""The other files that a config names, relative to itself."""

from __future__ import annotations

from pathlib import Path

from lrcli.inputs import FileTrouble, Inputs
from lrcli.reader.source import MAX_SIZE, Place, Source, decoded, refuse


def file_beside(inputs: Inputs, source: Source, name: str, place: Place) -> Source:
    """The file of a name, relative to another one. Raises SpecError, at `place`, where it cannot be read."""
    where = source.directory / (Path(name).expanduser() if name.startswith("~/") else name)
    try:
        data = inputs.get(str(where), "config").read(MAX_SIZE + 1)
    except FileTrouble as error:
        raise refuse(place, "file", f"{name}: {error}", f"it is looked for at {where}") from None
    return decoded(Source(str(where), stem=where.stem, directory=where.parent), data)
