"""What a log format is: how it is recognised and how it is read, side by side in one file of `formats/`.

A file of that folder is a format. It says so with one value, FORMAT (or FORMATS), and is found by its being there:

    FORMAT = LogFormat("mlflow", recognise=_recognise, read=_read, order=35)

`recognise` sees the first bytes of the file, and must be quick; `read` adds the rows, `gathered.add(line, {"step": 3,
"lr": "0.1"})`, and yields what is to be said about them. Formats are asked in their `order`, the surest first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import TextIOWrapper

from lrcli.errors import LrcliError
from lrcli.inputs import Input
from lrcli.logs.gather import Gathered

FAR = 2000
"""Characters of a line that are looked at; what stands further right is no learning rate of a training loop."""

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x08+")
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def without_escapes(text: str) -> str:
    """The text without what only a terminal understands: colours, movements and backspaces."""
    return _ESCAPES.sub("", text) if "\x1b" in text or "\b" in text else text


@dataclass(frozen=True)
class Opening:
    """The first bytes of a file."""

    data: bytes

    @property
    def encoding(self) -> str:
        """The encoding of its text. PowerShell writes UTF-16."""
        return "utf-16" if self.data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"

    @property
    def is_events(self) -> bool:
        """Whether they are those of a TensorBoard event file: a record that tells the format's version."""
        return b"brain.Event:" in self.data[:64]

    @cached_property
    def text(self) -> str:
        """The text of them, without the colours of a terminal. Every line ends in a line feed only."""
        text = self.data.decode(self.encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        return without_escapes(text)

    @cached_property
    def lines(self) -> list[str]:
        """The lines that are not empty. The last one may be cut off."""
        return [line for line in self.text.split("\n") if line.strip()]

    def has_line(self, pattern: str, word: str) -> bool:
        """Whether a line with a word in it, as far as lines are looked at, has the pattern."""
        return any(re.search(pattern, line[:FAR]) for line in self.lines if word in line)


@dataclass(frozen=True)
class LogFile:
    """A log that is to be read, and its first bytes."""

    source: Input
    opening: Opening

    def text(self) -> TextIOWrapper:
        """The text of the log, to be read once. Raises LrcliError for a file that holds none."""
        file, head, where = self.source.open(), self.opening.data, self.source.name
        if self.opening.encoding != "utf-16":
            if packed := next((kind for magic, kind in _PACKED.items() if head.startswith(magic)), None):
                raise LrcliError(f"{where}: this is not a log but a {packed} file: unpack it first")
            control = sum(byte < 32 and byte not in b"\b\t\n\r\f\x1b" for byte in head[:4096])
            if control > len(head[:4096]) // 100 or b"\0" in head:
                raise LrcliError(f"{where}: this is a binary file, not a log")
        # a name in another encoding must not keep anybody from the numbers
        return TextIOWrapper(file, self.opening.encoding, errors="replace", newline=None)

    def lines(self) -> Iterator[str]:
        """Its lines, without what only a terminal understands."""
        with self.text() as text:
            yield from map(without_escapes, text)


@dataclass(frozen=True)
class LogFormat:
    """One format.

    order: formats of a lower one are asked first, and of one in the order of their names.
    """

    name: str
    recognise: Callable[[Opening], bool]
    read: Callable[[LogFile, Gathered], Iterator[str]]
    order: int = 50
