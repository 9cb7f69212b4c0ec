"""Sections of `key=value`, as darknet reads them: spaces are dropped everywhere, of twin keys the first one counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import Plain, Value, mapping_of
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.overrides import apply_set
from lrcli.reader.scalars import resolve
from lrcli.reader.source import Place, Source, refuse

_SECTION = re.compile(r"\[([^\]]+)\]")


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The sections of a text, each a mapping; of sections with one name the first counts."""
    sections: dict[str, tuple[Scalar, list[tuple[Scalar, Node]]]] = {}
    current: list[tuple[Scalar, Node]] | None = None
    for number, line in enumerate(source.lines, 1):
        text = line.strip()
        column = len(line) - len(line.lstrip()) + 1
        if not text or text[0] in "#;":
            continue
        place = Place(source, number, column, len(text))
        if match := _SECTION.match(text):
            current = []
            sections.setdefault(match.group(1).strip(), (Scalar(place, match.group(1).strip()), current))
            continue
        key, equals, value = line.partition("=")
        if not equals or current is None or not key.strip():
            raise refuse(place, "syntax", "this is no line of a section: key=value")
        start = len(key) + 2 + len(value) - len(value.lstrip())
        name = "".join(key.split())
        if not any(name == other.text for other, _ in current):  # darknet's option_find takes the first
            written = "".join(value.split())
            at = Place(source, number, start, max(1, len(value.strip())))
            current.append((Scalar(Place(source, number, column, len(key.strip())), name), _scalar(at, written)))
    root = mapping_of(((key, mapping_of(entries, key.place)) for key, entries in sections.values()), source.whole)
    for text in sets:
        root = apply_set(root, text, lambda place, text, plain, tag: _scalar(place, text))
    return root


def _scalar(place: Place, text: str) -> Scalar:
    value: Plain = resolve(text) if text else ""
    return Value(place, text, read=value if isinstance(value, (int, float)) else text)
