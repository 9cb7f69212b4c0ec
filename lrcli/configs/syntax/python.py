"""Python files that only assign: numbers, texts, lists, dict(...) and arithmetic on names assigned above.

Nothing is run. What would have to be run (a call, an attribute, a loop) becomes `Unknown`, and stops only who needs it.
`--set` of a name replaces what is assigned to it, so that whatever is computed from it follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.configs.nodes import Value, mapping_of
from lrcli.configs.pythonic.names import Imports, names_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.overrides import apply_set
from lrcli.reader.scalars import resolve_scalar
from lrcli.reader.source import Place, Source


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The names that a Python file assigns, as a mapping."""
    names = names_of(source, given_names(sets, source), Imports())
    return with_python_sets(mapping_of(names.values(), source.whole), sets)


def given_names(sets: Sequence[str], source: Source) -> dict[str, Node]:
    """The values that `--set NAME=VALUE` gives to names."""
    root = mapping_of([], source.whole)
    for text in sets:
        if text.partition("=")[0].strip().isidentifier():
            root = apply_set(root, text, _scalar)
    return {key.text: value for key, value in root.entries}


def with_python_sets(root: Mapping, sets: Sequence[str]) -> Mapping:
    """The mapping with what `--set` changes in it."""
    for text in sets:
        root = apply_set(root, text, _scalar)
    return root


def _scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    words = {"True": True, "False": False, "None": None}
    return Value(place, text, plain, read=(words[text] if text in words else resolve_scalar(text)) if plain else text)
