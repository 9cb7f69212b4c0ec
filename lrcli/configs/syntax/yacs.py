"""YAML as detectron2 reads it: `_BASE_` names files that stand below, a text that is a Python literal is that literal.

Tags such as `!!python/object/apply:eval`, which detectron2 runs, are not run: their values stop only who needs them. A
base that is not here leaves `_BASE_` behind, as `Unread`, with the reason.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lrcli.configs.beside import Chain, file_beside
from lrcli.configs.nodes import Unknown, Unread, Value, mapping_of, sequence_of, text_of
from lrcli.configs.syntax.pyyaml import read_yaml, scalar
from lrcli.errors import SpecError
from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.overrides import apply_set
from lrcli.reader.source import Place, Source, refuse

BASE = "_BASE_"
_LONGEST = 10_000
"""So long a text is looked at for a literal."""


def read(source: Source, sets: Sequence[str] = (), inputs: Inputs | None = None) -> Mapping:
    """The mapping of a config over those of its base files; without `inputs`, its own alone."""
    of_base = tuple(text for text in sets if text.partition("=")[0].strip() == BASE)
    root = _whole(source, of_base, inputs, Chain())
    for text in sets:
        root = apply_set(root, text, scalar)
    decoded = _decoded(root)
    assert isinstance(decoded, Mapping)
    return decoded


def _tagged(place: Place, tag: str) -> Scalar:
    return Unknown(place, tag, code="code-not-data", why=f"the tag {tag} is Python that lrcli does not run")


def _whole(source: Source, sets: Sequence[str], inputs: Inputs | None, chain: Chain) -> Mapping:
    chain = chain.with_file(source)
    root = read_yaml(source, sets, scalar, _tagged)
    base = root.get(BASE)
    if inputs is None or base is None or (isinstance(base, Scalar) and base.value is None):
        return root
    own = replace(root, entries=tuple(entry for entry in root.entries if entry[0].text != BASE))
    lower = mapping_of([], root.place)
    errors: list[SpecError] = []
    for node in base.items if isinstance(base, List) else (base,):
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not name:
            raise refuse(node.place, "wrong-type", f"{BASE} must be the name of a file, not {node}")
        try:
            found = file_beside(inputs, source, name, node.place)
            chain.check(found, node.place)
            lower = _merged(_whole(found, (), inputs, chain), lower)
        except SpecError as error:
            errors.append(error)
    key = root.key(BASE)
    assert key is not None
    left = [(key, Unread.of(base.place, errors))] if errors else []
    merged = _merged(own, lower)
    return mapping_of([*merged.entries, *left], root.place, twins=merged.twins)


def _merged(upper: Mapping, lower: Mapping) -> Mapping:
    """A mapping over another one, key by key. Raises SpecError where only one of the two holds a mapping."""
    entries: dict[str, tuple[Scalar, Node]] = {key.text: (key, value) for key, value in lower.entries}
    for key, value in upper.entries:
        below = entries.get(key.text, (None, None))[1]
        if isinstance(value, Mapping) and below is not None:
            if not isinstance(below, Mapping):
                message = f"AssertionError: Cannot inherit key '{key.text}' from base!"
                raise refuse(key.place, "framework-raises", message)
            entries[key.text] = key, _merged(value, below)
        else:
            entries[key.text] = key, value
    return mapping_of(entries.values(), upper.place, twins=upper.twins)


def _decoded(node: Node) -> Node:
    """A value as yacs decodes it: a text that is a Python literal is that literal."""
    if isinstance(node, List):
        return sequence_of(map(_decoded, node.items), node.place) if node.items else node
    if isinstance(node, Mapping):
        return replace(node, entries=tuple((key, _decoded(value)) for key, value in node.entries))
    if isinstance(node, Unknown) or not isinstance(node.value, str) or len(node.value) > _LONGEST:
        return node
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = ast.literal_eval(node.value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return node
    return _node(value, node)


def _node(value: Any, node: Scalar) -> Node:
    if isinstance(value, (list, tuple)):
        return sequence_of((_node(item, node) for item in value), node.place)
    if value is None or isinstance(value, (bool, int, float)):
        return Value(node.place, text_of(value), read=value)
    return Value(node.place, value, False, read=value) if isinstance(value, str) else node
