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

from lrcli.configs.nodes import (
    Unknown,
    Unread,
    Value,
    mapped,
    mapping_of,
    merged,
    sequence_of,
    with_entry,
    without_entries,
)
from lrcli.configs.syntax import Chain, file_beside
from lrcli.configs.syntax.pyyaml import read_yaml, scalar
from lrcli.errors import SpecError
from lrcli.inputs import Inputs
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.units import text_of

BASE = "_BASE_"
_LONGEST = 10_000
"""A text that is longer is not looked at for a literal."""


def read(source: Source, sets: Sequence[str] = (), inputs: Inputs | None = None) -> Mapping:
    """The mapping of a config over those of its base files; without `inputs`, its own alone."""
    of_base = tuple(text for text in sets if text.partition("=")[0].strip() == BASE)
    root = _decoded(apply_sets(_whole(source, of_base, inputs, Chain()), sets, scalar))
    assert isinstance(root, Mapping)
    return root


def _tagged(place: Place, tag: str) -> Scalar:
    return Unknown(place, tag, code="code-not-data", why=f"the tag {tag} is Python that lrcli does not run")


def _whole(source: Source, sets: Sequence[str], inputs: Inputs | None, chain: Chain) -> Mapping:
    chain = chain.with_file(source)
    root = read_yaml(source, sets, scalar, _tagged)
    base = root.get(BASE)
    if inputs is None or base is None or (isinstance(base, Scalar) and base.value is None):
        return root
    lower = mapping_of([], root.place)
    errors: list[SpecError] = []
    for node in base.items if isinstance(base, List) else (base,):
        name = node.value if isinstance(node, Scalar) else None
        if not isinstance(name, str) or not name:
            raise refuse(node.place, "wrong-type", f"{BASE} must be the name of a file, not {node}")
        try:
            base_source = file_beside(inputs, source, name, node.place)
            chain.check(base_source, node.place)
            lower = merged(_whole(base_source, (), inputs, chain), lower, _over)
        except SpecError as error:
            errors.append(error)
    whole = merged(without_entries(root, (BASE,)), lower, _over)
    return replace(with_entry(whole, BASE, Unread.of(base.place, errors)), twins=whole.twins) if errors else whole


def _over(key: Scalar, value: Mapping, below: Node | None) -> Node:
    """A mapping over what the base has there. Raises SpecError where that is no mapping."""
    if below is None:
        return value
    if not isinstance(below, Mapping):
        raise refuse(key.place, "framework-raises", f"AssertionError: Cannot inherit key '{key.text}' from base!")
    return merged(value, below, _over)


def _decoded(node: Node) -> Node:
    """A value as yacs decodes it: a text that is a Python literal is that literal."""
    if not isinstance(node, Scalar):
        return mapped(node, lambda _, part: _decoded(part))
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
