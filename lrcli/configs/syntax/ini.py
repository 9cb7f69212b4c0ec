"""Sections of `key=value`, as darknet reads them: spaces are dropped everywhere, of twin keys the first one counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import Plain, Value, mapping_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.units import resolve_scalar

_NUMBERS = re.compile(r"([-+.,0-9eE]+)[#;]")
_SECTION = re.compile(r"\[([^\]]+)\]")


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The sections of a text, each a mapping; of sections with one name the first counts."""
    sections: dict[str, tuple[Scalar, list[tuple[Scalar, Node]], list[Scalar]]] = {}
    current: list[tuple[Scalar, Node]] | None = None
    twins: list[Scalar] = []
    for number, line in enumerate(source.lines, 1):
        text = line.strip()
        column = len(line) - len(line.lstrip()) + 1
        if not text or text[0] in "#;":
            continue
        place = Place(source, number, column, len(text))
        if match := _SECTION.match(text):
            current, twins = [], []
            sections.setdefault(match.group(1).strip(), (Scalar(place, match.group(1).strip()), current, twins))
            continue
        key, equals, value = line.partition("=")
        if not equals or current is None or not key.strip():
            raise refuse(place, "syntax", "this is no line of a section: key=value")
        start = len(key) + 2 + len(value) - len(value.lstrip())
        name = "".join(key.split())
        named = Scalar(Place(source, number, column, len(key.strip())), name)
        if any(name == other.text for other, _ in current):  # darknet's option_find takes the first
            twins.append(named)
            continue
        at = Place(source, number, start, max(1, len(value.strip())))
        current.append((named, _scalar(at, "".join(value.split()))))
    mappings = [(key, mapping_of(entries, key.place, twins=left)) for key, entries, left in sections.values()]
    return apply_sets(mapping_of(mappings, source.whole), sets, _scalar)


def _scalar(place: Place, text: str, plain: bool = True, tag: str = "") -> Scalar:
    numbers = _NUMBERS.match(text)  # atof() stops at what follows them
    text = numbers.group(1) if numbers else text
    value: Plain = resolve_scalar(text) if text else ""
    return Value(place, text, read=value if isinstance(value, (int, float)) else text)
