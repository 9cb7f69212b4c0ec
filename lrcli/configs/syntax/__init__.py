"""The text of a config becomes nodes here: one file for each way in which a framework reads its files.

Each file has `read(source, sets)`: the mapping of a text, with what `--set` changes in it. It raises SpecError where
the text is of another kind. Nothing is ever run.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping
from lrcli.reader.source import Source

WITH_BASES = ("openmmlab", "yacs")


def read(syntax: str, source: Source, sets: Sequence[str] = (), inputs: Inputs | None = None) -> Mapping:
    """The mapping of a text in one of the syntaxes, which are the files of this folder.

    Some of them read the files that a text is based on, too, from `inputs`; without it, they leave them out.
    """
    module = import_module(f"{__name__}.{syntax}")
    root = module.read(source, sets, inputs) if syntax in WITH_BASES else module.read(source, sets)
    assert isinstance(root, Mapping)
    return root
