"""A spec beside the nodes that it was read from: where in the text its values stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source
from lrcli.spec import Spec


@dataclass(frozen=True)
class Declared:
    """A spec, the mapping that declares it (with what `--set` put into it), and the text.

    `changed` is whether the command line changed what the text says: by an override, or by another emulation. `path` is
    the file, None for stdin, a pipe and an inline mapping.
    """

    spec: Spec
    root: Mapping
    source: Source
    changed: bool = False
    path: Path | None = None
