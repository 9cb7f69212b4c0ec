"""Places of characters in a text that is read character by character."""

from __future__ import annotations

import re
from bisect import bisect_right

from lrcli.reader.source import Place, Source

_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Offsets:
    """Where the lines of a source begin."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.starts = [0, *(match.end() for match in _LINE_END.finditer(source.text))]

    def place(self, start: int, end: int | None = None) -> Place:
        """The place of the characters from `start` to `end` (one character without it)."""
        line = bisect_right(self.starts, start)
        return Place(self.source, line, start - self.starts[line - 1] + 1, max(1, (end or start + 1) - start))
