"""Reading a text character by character, with the places of what is read."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from lrcli.errors import SpecError
from lrcli.reader.source import Place, Source, refuse

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Offsets:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(source.text))]

    def place(self, start: int, end: int | None = None) -> Place:
        line = bisect_right(self.starts, start)
        return Place(self.source, line, start - self.starts[line - 1] + 1, max(1, (end or start + 1) - start))


class Cursor:
    """One pass over a text; `at` is how far it has come. blank: what may stand between two values."""

    blank = re.compile(r"[ \t\n\r]*")
    ends_with_comma = True
    """Whether a comma may stand after the last value."""

    def __init__(self, source: Source) -> None:
        self.source, self.text, self.at = source, source.text, 0
        self.place = Offsets(source).place

    def fail(self, wanted: str) -> SpecError:
        """The error of a text that goes on in another way, to be raised."""
        return refuse(self.place(self.at), "syntax", wanted)

    def skip(self, pattern: re.Pattern[str] | None = None) -> None:
        """Go past what a pattern matches here; without one, past blanks."""
        match = (pattern or self.blank).match(self.text, self.at)
        self.at = match.end() if match else self.at

    def takes(self, mark: str) -> bool:
        """Whether the text goes on with a mark; then it is past it."""
        is_next = self.text.startswith(mark, self.at)
        self.at += len(mark) * is_next
        return is_next

    def listed(self, close: str, read: Callable[[], None], blank: re.Pattern[str] | None = None) -> None:
        """Read values with commas between them, and go past the mark that closes them."""
        self.skip(blank)
        while not self.takes(close):
            read()
            self.skip(blank)
            comma = self.at
            if self.takes(","):
                self.skip(blank)
            is_last, has_comma = self.text.startswith(close, self.at), self.at > comma
            if not (is_last or has_comma) or (is_last and has_comma and not self.ends_with_comma):
                self.at = comma
                raise self.fail(f"',' and a value, or '{close}', is wanted here")
