"""JSON with places; tabs and anything else that JSON allows are fine, what it does not allow is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from json import JSONDecodeError, JSONDecoder

from lrcli.configs.nodes import Value, mapping_of, sequence_of, text_scalar
from lrcli.configs.syntax.offsets import Offsets
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.scalars import resolve_scalar
from lrcli.reader.source import Place, Source, refuse

_DECODER = JSONDecoder()
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "NaN": float("nan"), "Infinity": float("inf")}


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The mapping of a JSON text."""
    return apply_sets(_object(source), sets, text_scalar)


@lru_cache(maxsize=4)  # whoever solves for a key reads one text with many values of it
def _object(source: Source) -> Mapping:
    return JsonReader(source).object()


class JsonReader:
    """One pass over a text; `end` is where the last value ended. blank: what may stand between two values."""

    blank = re.compile(r"[ \t\n\r]*")
    ends_with_comma = False
    """Whether a comma may stand after the last value."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.end = source, source.text, 0
        self.offsets = Offsets(source)

    def object(self) -> Mapping:
        """The mapping of the whole text."""
        root = self.value(self.after_blank(0), 1)
        if not isinstance(root, Mapping) or self.after_blank(self.end) != len(self.text):
            raise refuse(self.source.whole, "syntax", "this is no JSON object")
        return root

    def after_blank(self, at: int) -> int:
        match = self.blank.match(self.text, at)
        return match.end() if match else at

    def place(self, at: int, width: int = 1) -> Place:
        return self.offsets.place(at, at + width)

    def value(self, at: int, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise refuse(self.place(at), "limit", f"more than {MAX_DEPTH} levels of nesting")
        first = self.text[at : at + 1]
        if first == "{":
            return self.mapping(at, depth)
        if first == "[":
            return self.sequence(at, depth)
        if first == '"':
            return self.string(at)
        match = _NUMBER.match(self.text, at)
        word = match.group() if match else next((w for w in _WORDS if self.text.startswith(w, at)), "")
        if not word:
            raise refuse(self.place(at), "syntax", "this is no JSON value")
        self.end = at + len(word)
        value = resolve_scalar(word) if match else _WORDS[word]
        return Value(self.place(at, len(word)), word, read=value)

    def string(self, at: int) -> Scalar:
        try:
            value, self.end = _DECODER.raw_decode(self.text, at)
        except JSONDecodeError as error:
            raise refuse(self.place(at), "syntax", f"this is no JSON text: {error.msg}") from None
        return Value(self.place(at, self.end - at), value, False, read=value)

    def mapping(self, at: int, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        spot = self.after_blank(at + 1)
        while self.text[spot : spot + 1] != "}":
            if self.text[spot : spot + 1] != '"':
                raise refuse(self.place(spot), "syntax", "JSON wants a key in double quotes here")
            key = self.string(spot)
            spot = self.after_blank(self.end)
            if self.text[spot : spot + 1] != ":":
                raise refuse(self.place(spot), "syntax", "JSON wants ':' here")
            entries.append((key, self.value(self.after_blank(spot + 1), depth + 1)))
            spot = self.after_comma("}")
        self.end = spot + 1
        return mapping_of(entries, self.place(at), written=True)

    def sequence(self, at: int, depth: int) -> Node:
        items: list[Node] = []
        spot = self.after_blank(at + 1)
        while self.text[spot : spot + 1] != "]":
            items.append(self.value(spot, depth + 1))
            spot = self.after_comma("]")
        self.end = spot + 1
        return sequence_of(items, self.place(at))

    def after_comma(self, close: str) -> int:
        """Where the next entry begins, or the end of the list."""
        spot = self.after_blank(self.end)
        if self.text[spot : spot + 1] == close:
            return spot
        after = self.after_blank(spot + 1)
        is_last = self.text[after : after + 1] == close
        if self.text[spot : spot + 1] != "," or (is_last and not self.ends_with_comma):
            raise refuse(self.place(spot), "syntax", f"JSON wants ',' and a value, or '{close}', here")
        return after
