"""How the text of a config becomes nodes: one file for each way in which a framework reads its files.

Each file has `read(source, sets)`: the mapping of a text, with what `--set` changes in it. It raises SpecError where
the text is of another kind. Nothing is ever run.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source


def read(syntax: str, source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The mapping of a text in one of the syntaxes, which are the files of this folder."""
    root = import_module(f"{__name__}.{syntax}").read(source, sets)
    assert isinstance(root, Mapping)
    return root
