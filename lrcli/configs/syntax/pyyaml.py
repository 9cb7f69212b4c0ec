"""YAML as PyYAML reads it: 1e-5 is a text, 010 is eight, on is true, and the last of twin keys counts (YAML 1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from lrcli.configs.nodes import Plain, Value
from lrcli.reader.nodes import Mapping, Scalar, ScalarOf, TaggedOf, compose_nodes
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse

_TAG = "tag:yaml.org,2002:"
_KINDS = ("null", "bool", "int", "float")
_LONGEST = 300
"""A longer text is no number: int() refuses thousands of digits."""


def scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    """A scalar as PyYAML reads it."""
    return Value(place, text, plain, read=value_of(text, tag) if tag or plain else text)


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    return read_yaml(source, sets)


def read_yaml(
    source: Source, sets: Sequence[str], scalar: ScalarOf = scalar, tagged: TaggedOf | None = None
) -> Mapping:
    """The mapping of a YAML text whose scalars are made by `scalar`, and values with a tag that is code by `tagged`."""
    return apply_sets(_mapping(source, scalar, tagged), sets, scalar)


@lru_cache(maxsize=4)  # whoever solves for a key reads one text with many values of it
def _mapping(source: Source, scalar: ScalarOf, tagged: TaggedOf | None) -> Mapping:
    root = compose_nodes(source, None, scalar, tagged)
    if not isinstance(root, Mapping):
        raise refuse(source.whole, "syntax", "this is no YAML mapping")
    return root


@cache
def _pyyaml() -> tuple[Any, Any]:
    """Return PyYAML's resolver, which finds the kind of a plain scalar, and its constructor, which makes the value."""
    from yaml.constructor import SafeConstructor
    from yaml.resolver import Resolver

    return Resolver(), SafeConstructor()


@lru_cache(maxsize=10_000)
def value_of(text: str, kind: str = "") -> Plain:
    """The value of a plain scalar, or of one whose tag says what it is.

    >>> [value_of(text) for text in ("1e-5", "1.0e-5", "010", "16_000", "on", "~", "1:30")]
    ['1e-5', 1e-05, 8, 16000, True, None, 90]
    """
    from yaml import ScalarNode

    resolver, constructor = _pyyaml()
    tag = f"{_TAG}{kind}" if kind else resolver.resolve(ScalarNode, text, (True, False))
    if tag.removeprefix(_TAG) not in _KINDS or len(text) > _LONGEST:
        return text
    try:
        value: Plain = constructor.yaml_constructors[tag](constructor, ScalarNode(tag, text))
    except (ValueError, LookupError):
        return text
    return value
