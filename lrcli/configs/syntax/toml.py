"""TOML with places. (Python has a TOML reader from 3.11 on, which gives none.)"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import Plain, Value, mapping_of, sequence_of, text_scalar
from lrcli.configs.syntax.offsets import Offsets
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.scalars import resolve_scalar
from lrcli.reader.source import Place, Source, refuse

_BLANK = re.compile(r"[ \t]*")
_BLANKS = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"[A-Za-z0-9_-]+|\"[^\"\\\n]*\"|'[^'\n]*'")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|$)")
_NUMBER = re.compile(
    r"[+-]?(?:0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+"
    r"|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)(?![\w.:-])"
)
_WORD = re.compile(r"(?:true|false|[+-]?inf|[+-]?nan)\b")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+(?:[Zz]|[+-][0-9:]+)?)?|[0-9]{2}:[0-9]{2}:[0-9.]+")
_WORDS: dict[str, Plain] = {"true": True, "false": False}
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}

TomlTable = dict[str, "tuple[Scalar, TomlTable | Node]"]


def read(source: Source, sets: Sequence[str] = ()) -> Mapping:
    """The mapping of a TOML text."""
    return apply_sets(_Reader(source).document(), sets, text_scalar)


class _Reader:
    """One pass over a text; `at` is how far it has come."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.offsets = Offsets(source)

    def fail(self, message: str) -> Exception:
        return refuse(self.place(self.at), "syntax", f"this is no TOML: {message}")

    def place(self, start: int, end: int | None = None) -> Place:
        return self.offsets.place(start, end)

    def skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def document(self) -> Mapping:
        root: TomlTable = {}
        table = root
        while True:
            self.skip(_BLANKS)
            if self.at >= len(self.text):
                return _closed(root, self.source.whole)
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self.section(root, "]]")
            elif self.text[self.at] == "[":
                self.at += 1
                table = self.section(root, "]")
            else:
                self.pair(table, 1)
            if not _REST.match(self.text, self.at):
                raise self.fail("something follows the value")

    def section(self, root: TomlTable, close: str) -> TomlTable:
        """The table that a header opens. Of an array of tables only the last entry is kept."""
        table = root
        keys = self.keys()
        if not self.text.startswith(close, self.at):
            raise self.fail(f"the header wants {close}")
        self.at += len(close)
        for i, key in enumerate(keys):
            last = i == len(keys) - 1
            if key.text not in table or (last and close == "]]"):
                table[key.text] = key, {}
            inner = table[key.text][1]
            if not isinstance(inner, dict):
                raise self.fail(f"{key.text} is a value, no table")
            table = inner
        return table

    def keys(self) -> list[Scalar]:
        found: list[Scalar] = []
        while True:
            self.skip(_BLANK)
            match = _KEY.match(self.text, self.at)
            if not match or len(found) >= MAX_DEPTH:
                raise self.fail("a key is wanted here")
            found.append(Scalar(self.place(self.at, match.end()), match.group().strip("\"'")))
            self.at = match.end()
            self.skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return found
            self.at += 1

    def pair(self, table: TomlTable, depth: int) -> None:
        keys = self.keys()
        if self.text[self.at : self.at + 1] != "=":
            raise self.fail("'=' is wanted here")
        self.at += 1
        self.skip(_BLANK)
        for key in keys[:-1]:
            inner = table.setdefault(key.text, (key, {}))[1]
            if not isinstance(inner, dict):
                raise self.fail(f"{key.text} is a value, no table")
            table = inner
        if keys[-1].text in table:
            raise refuse(keys[-1].place, "duplicate-key", f"the key {keys[-1].text!r} stands twice, which TOML forbids")
        table[keys[-1].text] = keys[-1], self.value(depth)

    def value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise refuse(self.place(self.at), "limit", f"more than {MAX_DEPTH} levels of nesting")
        start, first = self.at, self.text[self.at : self.at + 1]
        if first in ('"', "'"):
            return self.string(first)
        if first == "[":
            return self.array(depth)
        if first == "{":
            return self.inline(depth)
        for pattern in (_DATE, _WORD, _NUMBER):
            if match := pattern.match(self.text, start):
                self.at = match.end()
                return Value(self.place(start, self.at), match.group(), read=_plain(match.group(), pattern))
        raise self.fail("a value is wanted here")

    def array(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        items: list[Node] = []
        while True:
            self.skip(_BLANKS)
            if self.text[self.at : self.at + 1] == "]":
                self.at += 1
                return sequence_of(items, self.place(start))
            items.append(self.value(depth + 1))
            self.skip(_BLANKS)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
            elif self.text[self.at : self.at + 1] != "]":
                raise self.fail("',' or ']' is wanted here")

    def inline(self, depth: int) -> Node:
        start = self.at
        self.at += 1
        table: TomlTable = {}
        self.skip(_BLANK)
        while self.text[self.at : self.at + 1] != "}":
            self.pair(table, depth + 1)
            self.skip(_BLANK)
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
                self.skip(_BLANK)
            elif self.text[self.at : self.at + 1] != "}":
                raise self.fail("',' or '}' is wanted here")
        self.at += 1
        return _closed(table, self.place(start))

    def string(self, quote: str) -> Node:
        start = self.at
        long = self.text.startswith(quote * 3, start)
        begin = start + (3 if long else 1)
        end = self._end_of_string(begin, quote, long)
        raw = self.text[begin:end]
        self.at = end + (3 if long else 1)
        if long:
            raw = raw.removeprefix("\r").removeprefix("\n")
        value = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), raw) if quote == '"' else raw
        return Value(self.place(start, self.at), value, False, read=value)

    def _end_of_string(self, begin: int, quote: str, long: bool) -> int:
        spot = begin
        while spot < len(self.text):
            if quote == '"' and self.text[spot] == "\\":
                spot += 2
                continue
            if self.text.startswith(quote * 3 if long else quote, spot):
                return spot
            if self.text[spot] == "\n" and not long:
                break
            spot += 1
        raise self.fail("the text has no end")


def _plain(text: str, pattern: re.Pattern[str]) -> Plain:
    if pattern is _DATE:
        return text
    if pattern is _WORD:
        return _WORDS[text] if text in _WORDS else float(text)
    digits = text.replace("_", "")
    sign, bare = (-1 if digits[0] == "-" else 1), digits.lstrip("+-")
    if bare[:2] in ("0x", "0o", "0b"):
        return sign * int(bare, 0)
    value = resolve_scalar(digits)
    assert isinstance(value, (int, float))
    return value


def _closed(table: TomlTable, place: Place) -> Mapping:
    """The tables as mappings."""
    entries = []
    for key, inner in table.values():
        entries.append((key, _closed(inner, key.place) if isinstance(inner, dict) else inner))
    return mapping_of(entries, place)
