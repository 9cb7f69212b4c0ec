"""The bytes of a log -> its text, line by line, and which kind of text it is."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from lrcli.errors import LrcliError

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)

# a row on a line of its own; a progress bar before it ends in \r
_AMONG = re.compile(rb"""[\r\n][^\S\r\n]*\{["'][^\r\n]*["'](learning_rate|lr)["']\s*:""")
_OPENING = re.compile(rb"(\xef\xbb\xbf)?\s*(\{|\[\s*[{\]])")


def is_events(head: bytes) -> bool:
    """Whether these are the first bytes of a TensorBoard event file: a record that tells the format's version."""
    return b"brain.Event:" in head[:64]


def rows_among_text(head: bytes) -> bool:
    r"""Whether a file that begins like this is what a program printed: rows, and other text before them.

    >>> rows_among_text(b"  4%| 5/120\r{'loss': 2.5, 'learning_rate': 2e-05}\n"), rows_among_text(b'[\n{"lr": 1}\n]')
    (True, False)
    """
    return not _OPENING.match(head) and bool(_AMONG.search(head))


def decoded(file: BinaryIO, head: bytes, where: str) -> io.TextIOWrapper:
    """The text of a log. LrcliError for a file that holds none."""
    encoding = "utf-8-sig"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):  # what PowerShell writes
        encoding = "utf-16"
    else:
        for magic, kind in _MAGIC:
            if head.startswith(magic):
                raise LrcliError(f"{where}: this is not a log but a {kind} file: unpack it first")
        control = sum(byte < 32 and byte not in b"\b\t\n\r\f\x1b" for byte in head[:4096])
        if control > len(head[:4096]) // 100 or b"\0" in head:
            raise LrcliError(f"{where}: this is a binary file, not a log")
    # a name in another encoding must not keep anybody from the numbers
    return io.TextIOWrapper(file, encoding, errors="replace", newline=None)
