"""YAML as PyYAML reads it: 1e-5 is a text, 010 is eight, on is true, and the last of twin keys counts (YAML 1.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lrcli.configs.nodes import Plain, Value
from lrcli.reader.nodes import Mapping, Scalar, ScalarOf, TaggedOf, compose_nodes
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse

_BOOL = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}
_INT = re.compile(r"[-+]?(?:0b[0-1_]+|0x[0-9a-fA-F_]+|0[0-7_]*|[1-9][0-9_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+)")
_FLOAT = re.compile(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


def scalar(place: Place, text: str, plain: bool, tag: str) -> Scalar:
    """A scalar as PyYAML reads it."""
    return Value(place, text, plain, read=_tagged(text, tag) if tag else value_of(text) if plain else text)


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The mapping of a YAML text."""
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


def value_of(text: str) -> Plain:
    """The value of a plain scalar.

    >>> [value_of(text) for text in ("1e-5", "1.0e-5", "010", "16_000", "on", "~", "1:30")]
    ['1e-5', 1e-05, 8, 16000, True, None, 90]
    """
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text.lower() in _BOOL and text in (text.lower(), text.upper(), text.title()):
        return _BOOL[text.lower()]
    if _INT.fullmatch(text) and len(text) < 300:
        return _whole(text)
    if _FLOAT.fullmatch(text):
        return _real(text)
    return text


def _tagged(text: str, tag: str) -> Plain:
    """The value of a scalar whose tag says what it is."""
    try:
        if tag == "float":
            return _real(text)
        if tag == "int":
            return _whole(text)
        return {"bool": _BOOL.get(text.lower(), text), "null": None}.get(tag, text)
    except ValueError:
        return text


def _whole(text: str) -> int:
    digits = text.replace("_", "")
    sign, digits = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    if digits[:2] in ("0b", "0x"):
        return sign * int(digits[2:] or "0", 2 if digits[1] == "b" else 16)
    if digits[0] == "0" and len(digits) > 1:
        return sign * int(digits, 8)
    return sign * int(_base_60(digits))


def _real(text: str) -> float:
    digits = text.replace("_", "").lower()
    if digits.lstrip("+-") in (".inf", ".nan"):
        return float(digits.replace(".", ""))
    sign, digits = (-1.0, digits[1:]) if digits[0] == "-" else (1.0, digits.lstrip("+"))
    return sign * (_base_60(digits) if ":" in digits else float(digits))


def _base_60(digits: str) -> int | float:
    """1:30 is ninety."""
    total: int | float = 0
    for part in digits.split(":"):
        total = total * 60 + (float(part) if "." in part else int(part))
    return total
