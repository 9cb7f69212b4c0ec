"""How far long work is, in a line on a terminal: only after a second, and erased before anything else is written."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO


class ProgressLine:
    """A line such as `lrcli: 3,400,000 of 10,000,000 rows (34%)`. It counts what it counted first."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + 1.0
        self._unit = ""
        self._drawn = False

    def __call__(self, done: int, total: int, unit: str) -> None:
        self._unit = self._unit or unit
        if unit != self._unit or self._clock() < self._next:
            return
        self._next = self._clock() + 0.2
        self._drawn = True
        share = f" of {total:,} {unit} ({100 * done // total}%)" if total else f" {unit}"
        self._stream.write(f"\r\x1b[Klrcli: {done:,}{share}")
        self._stream.flush()

    def erase(self) -> None:
        """Leave the line empty, as if nothing had been there."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._drawn = False
