"""TOML with places. (Python has a TOML reader from 3.11 on, which gives none.)"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lrcli.configs.nodes import Plain, Value, mapping_of, sequence_of, text_scalar
from lrcli.configs.syntax import Cursor
from lrcli.errors import SpecError
from lrcli.reader.nodes import MAX_DEPTH, Mapping, Node, Scalar
from lrcli.reader.overrides import apply_sets
from lrcli.reader.source import Place, Source, refuse
from lrcli.reader.units import resolve_scalar

_BLANK = re.compile(r"[ \t]*")
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
    return apply_sets(_Reader(source).document(), sets, text_scalar)


class _Reader(Cursor):
    """One pass over a TOML text."""

    blank = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")

    def fail(self, wanted: str) -> SpecError:
        return refuse(self.place(self.at), "syntax", f"this is no TOML: {wanted}")

    def document(self) -> Mapping:
        root: TomlTable = {}
        table = root
        while True:
            self.skip()
            if self.at >= len(self.text):
                return _closed(root, self.source.whole)
            if self.takes("[["):
                table = self.section(root, "]]")
            elif self.takes("["):
                table = self.section(root, "]")
            else:
                self.pair(table, 1)
            if not _REST.match(self.text, self.at):
                raise self.fail("something follows the value")

    def section(self, root: TomlTable, close: str) -> TomlTable:
        """The table that a header opens. Of an array of tables only the last entry is kept."""
        keys = self.keys()
        if not self.takes(close):
            raise self.fail(f"the header wants {close}")
        table = self.inside(root, keys[:-1])
        if close == "]]":
            table[keys[-1].text] = keys[-1], {}
        return self.inside(table, keys[-1:])

    def inside(self, table: TomlTable, keys: list[Scalar]) -> TomlTable:
        """The table at a path below another one; those that are not there yet are made."""
        for key in keys:
            inner = table.setdefault(key.text, (key, {}))[1]
            if not isinstance(inner, dict):
                raise self.fail(f"{key.text} is a value, no table")
            table = inner
        return table

    def keys(self) -> list[Scalar]:
        """The dotted key that begins here, part by part."""
        keys: list[Scalar] = []
        while True:
            self.skip(_BLANK)
            match = _KEY.match(self.text, self.at)
            if not match or len(keys) >= MAX_DEPTH:
                raise self.fail("a key is wanted here")
            keys.append(Scalar(self.place(self.at, match.end()), match.group().strip("\"'")))
            self.at = match.end()
            self.skip(_BLANK)
            if not self.takes("."):
                return keys

    def pair(self, table: TomlTable, depth: int) -> None:
        """Put a key and its value into a table."""
        keys = self.keys()
        if not self.takes("="):
            raise self.fail("'=' is wanted here")
        self.skip(_BLANK)
        table, key = self.inside(table, keys[:-1]), keys[-1]
        if key.text in table:
            raise refuse(key.place, "duplicate-key", f"the key {key.text!r} stands twice, which TOML forbids")
        table[key.text] = key, self.value(depth)

    def value(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise refuse(self.place(self.at), "limit", f"more than {MAX_DEPTH} levels of nesting")
        start = self.at
        for quote in ('"""', "'''", '"', "'"):
            if self.takes(quote):
                return self.string(start, quote)
        if self.takes("["):
            items: list[Node] = []
            self.listed("]", lambda: items.append(self.value(depth + 1)))
            return sequence_of(items, self.place(start))
        if self.takes("{"):
            table: TomlTable = {}
            self.listed("}", lambda: self.pair(table, depth + 1), _BLANK)
            return _closed(table, self.place(start))
        for pattern in (_DATE, _WORD, _NUMBER):
            if match := pattern.match(self.text, start):
                self.at = match.end()
                return Value(self.place(start, self.at), match.group(), read=_plain(match.group(), pattern))
        raise self.fail("a value is wanted here")

    def string(self, start: int, quote: str) -> Node:
        """The text whose opening quote is behind; in double quotes a backslash begins an escape."""
        escaped = r"\\.|" if quote[0] == '"' else ""
        rest = "" if len(quote) == 3 else r"\n"
        match = re.compile(rf"((?:{escaped}(?!{quote})[^{rest or chr(0)}])*){quote}", re.DOTALL).match(
            self.text, self.at
        )
        if match is None:
            raise self.fail("the text has no end")
        raw, self.at = match.group(1), match.end()
        if len(quote) == 3:
            raw = raw.removeprefix("\r").removeprefix("\n")
        value = re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0]), raw) if quote[0] == '"' else raw
        return Value(self.place(start, self.at), value, False, read=value)


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
    entries = ((key, _closed(inner, key.place) if isinstance(inner, dict) else inner) for key, inner in table.values())
    return mapping_of(entries, place)
