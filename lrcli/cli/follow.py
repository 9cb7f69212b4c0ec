"""Stdin that is read while it grows: the log of a running job, behind `tail -f`."""

from __future__ import annotations

import io
import os
import select
import time
from typing import BinaryIO

from lrcli.errors import LrcliError

MOST = 1 << 28
"""At most so many bytes of a pipe are kept; a longer log belongs into a file."""

_PIECE = 1 << 16
_TURN = 0.25
"""A pipe that gives without an end is read for so many seconds at a time."""


class Followed:
    """What has come on a stream by now. Nothing here waits for more."""

    def __init__(self, stream: BinaryIO) -> None:
        self.ended = False
        self._data = bytearray()
        self._stream = stream

    def grow(self) -> bool:
        """Read what is there; whether anything was, the end of the stream included."""
        before, until = len(self._data), time.monotonic() + _TURN
        was_ended = self.ended
        while not self.ended and time.monotonic() < until:
            try:
                number = self._stream.fileno()
                if not select.select([number], [], [], 0)[0]:
                    break
                piece = os.read(number, _PIECE)
            except (OSError, ValueError):  # no stream of the system's: it has all it will ever have
                piece, self.ended = self._stream.read(), True
            self._data += piece
            self.ended = self.ended or not piece
            if len(self._data) > MOST:
                raise LrcliError(f"stdin has more than {MOST:,} bytes: --watch wants such a log as a file")
        return len(self._data) > before or self.ended != was_ended

    def lines(self) -> BinaryIO:
        """The whole lines so far; the last one may be written right now."""
        data = bytes(self._data)
        if not self.ended:
            data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
        return io.BytesIO(data)
