"""What a log format is: how it is recognised and how it is read, side by side in one file of `formats/`.

A file of that folder is a format. It says so with one value, FORMAT, and is found by its being there:

    FORMAT = LogFormat(
        "darknet",
        "what darknet prints, `11000: 0.05, 0.08 avg loss, 0.001000 rate, ...`",
        recognise=lambda opening: bool(_LINE.search(opening.text)),
        read=read_darknet,
        order=40,
    )

`recognise` sees the first bytes of the file, and must be quick; `read` adds the rows, `gathered.add(line, {"step": 3,
"lr": "0.1"})`, and yields what is to be said about them. Formats are asked in their `order`, the surest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper

from lrcli.inputs import Input
from lrcli.logs.gather import Gathered
from lrcli.logs.line import FAR
from lrcli.logs.text import decoded_log

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x08+")


def without_escapes(text: str) -> str:
    """The text without what only a terminal understands: colours, movements and backspaces."""
    return _ESCAPES.sub("", text) if "\x1b" in text or "\b" in text else text


@dataclass(frozen=True)
class Opening:
    """The first bytes of a file."""

    data: bytes

    @cached_property
    def text(self) -> str:
        """The text of them, without the colours of a terminal. Every line ends in a line feed only."""
        encoding = "utf-16" if self.data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        text = self.data.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        return without_escapes(text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines that are not empty. The last one may be cut off."""
        return [line for line in self.text.split("\n") if line.strip()]

    def has_line(self, pattern: re.Pattern[str], word: str) -> bool:
        """Whether a line with a word in it, as far as lines are looked at, has the pattern."""
        return any(pattern.search(line, 0, FAR) for line in self.lines if word in line)


@dataclass(frozen=True)
class LogFile:
    """A log that is to be read, and its first bytes."""

    source: Input
    opening: Opening

    def text(self) -> TextIOWrapper:
        """The text of the log, to be read once. Raises LrcliError for a file that holds none."""
        return decoded_log(self.source.open(), self.opening.data, self.source.name)

    def lines(self) -> Iterator[str]:
        """Its lines, without what only a terminal understands."""
        with self.text() as text:
            yield from map(without_escapes, text)


@dataclass(frozen=True)
class LogFormat:
    """One format.

    name: as a user writes it. holds: what such a log is, for people. order: formats of a lower one are asked first.
    """

    name: str
    holds: str
    recognise: Callable[[Opening], bool]
    read: Callable[[LogFile, Gathered], Iterator[str]]
    order: int = 50
