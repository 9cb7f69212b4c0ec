"""JSON with places; tabs and anything else that JSON allows are fine, what it does not allow is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from json import JSONDecodeError, JSONDecoder

from lrcli.configs.nodes import Value, mapping_of, sequence_of, text_scalar
from lrcli.configs.syntax import Cursor
from lrcli.errors import SpecError
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Source, refuse
from lrcli.reader.units import resolve_scalar

_DECODER = JSONDecoder()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    return apply_sets(_object(source), sets, text_scalar)


@lru_cache(maxsize=4)  # whoever solves for a key reads one text with many values of it
def _object(source: Source) -> Mapping:
    return JsonReader(source).object()


class JsonReader(Cursor):
    """One pass over a text that is an object of JSON."""

    ends_with_comma = False

    def fail(self, wanted: str) -> SpecError:
        return refuse(self.place(self.at), "syntax", f"this is no JSON: {wanted}")

    def object(self) -> Mapping:
        self.skip()
        root = self.value(1)
        self.skip()
        if not isinstance(root, Mapping) or self.at != len(self.text):
            raise refuse(self.source.whole, "syntax", "this is no JSON object")
        return root

    def value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise refuse(self.place(self.at), "limit", f"more than {MAX_DEPTH} levels of nesting")
        start, place = self.at, self.place(self.at)
        if self.takes("{"):
            entries: list[tuple[Scalar, Node]] = []
            self.listed("}", lambda: entries.append(self.entry(depth + 1)))
            return mapping_of(entries, place, written=True)
        if self.takes("["):
            items: list[Node] = []
            self.listed("]", lambda: items.append(self.value(depth + 1)))
            return sequence_of(items, place)
        if self.text.startswith('"', self.at):
            return self.string()
        match = _NUMBER.match(self.text, start)
        word = match.group() if match else next((word for word in _WORDS if self.text.startswith(word, start)), "")
        if not word:
            raise self.fail("a value is wanted here")
        self.at += len(word)
        return Value(self.place(start, self.at), word, read=resolve_scalar(word) if match else _WORDS[word])

    def string(self) -> Scalar:
        start = self.at
        try:
            value, self.at = _DECODER.raw_decode(self.text, start)
        except JSONDecodeError as error:
            raise self.fail(error.msg) from None
        return Value(self.place(start, self.at), value, False, read=value)

    def entry(self, depth: int) -> tuple[Scalar, Node]:
        if not self.text.startswith('"', self.at):
            raise self.fail("a key in double quotes is wanted here")
        key = self.string()
        self.skip()
        if not self.takes(":"):
            raise self.fail("':' is wanted here")
        self.skip()
        return key, self.value(depth)
