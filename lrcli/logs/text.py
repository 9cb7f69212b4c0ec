"""The bytes of a log -> its text, line by line, and which kind of text it is."""

from __future__ import annotations

import io
from typing import BinaryIO

from lrcli.errors import LrcliError

_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


def is_events(head: bytes) -> bool:
    """Whether these are the first bytes of a TensorBoard event file: a record that tells the format's version."""
    return b"brain.Event:" in head[:64]


def decoded_log(file: BinaryIO, head: bytes, where: str) -> io.TextIOWrapper:
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
