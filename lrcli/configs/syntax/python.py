"""Python files that only assign: numbers, texts, lists, dict(...) and arithmetic on names assigned above.

Nothing is run. What would have to be run (a call, an attribute, a loop) becomes `Unknown`, and stops only who needs it.
`--set` of a name replaces what is assigned to it, so that whatever is computed from it follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.configs.nodes import Value, mapping_of, parts_of, text_scalar
from lrcli.configs.syntax.python_names import Imports, names_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The names that a Python file assigns, as a mapping."""
    names = names_of(source, given_names(sets, source), Imports())
    return apply_sets(mapping_of(names.values(), source.whole), sets, python_scalar)


def given_names(sets: Sequence[str], source: Source) -> dict[str, Node]:
    """The values that `--set NAME=VALUE` gives to names."""
    of_names = [text for text in sets if text.partition("=")[0].strip().isidentifier()]
    return dict(parts_of(apply_sets(mapping_of([], source.whole), of_names, python_scalar)))


def python_scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    """A value of `--set` as Python has it, in which True is a truth."""
    is_none = plain and text == "None"
    return Value(place, text, plain, read=None) if is_none else text_scalar(place, text, plain, tag)
