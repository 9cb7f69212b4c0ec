"""How far long work is, on stderr: only where that is a terminal, only after a second, and erased at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

from lrcli.cli.environment import Environment

T = TypeVar("T")


class Progress:
    """A line such as `lrcli: 3,400,000 of 10,000,000 rows (34%)`. Call it with the rows done and the rows in all."""

    def __init__(self, env: Environment, clock: Callable[[], float] = time.monotonic, *, unit: str = "rows") -> None:
        self._unit = unit
        shown = env.stderr_tty and not env.quiet
        self._stream: TextIO | None = env.stderr if shown else None
        self._clock = clock
        self._next = clock() + 1.0
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Draw the line, if it is time."""
        if self._stream is None or self._clock() < self._next:
            return
        self._next = self._clock() + 0.2
        self._drawn = True
        share = f" of {total:,} {self._unit} ({100 * done // total}%)" if total else f" {self._unit}"
        self._stream.write(f"\r\x1b[Klrcli: {done:,}{share}")
        self._stream.flush()

    def erase(self) -> None:
        """Leave the line empty, as if nothing had been there."""
        if self._stream is not None and self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._drawn = False

    def end(self) -> None:
        """Leave the line empty, and for good."""
        self.erase()
        self._stream = None

    def over(self, chunks: Iterable[T], done: Callable[[T], int], total: int) -> Iterator[T]:
        """The chunks, with the line drawn between them; `done` says how far a chunk is."""
        try:
            for chunk in chunks:
                yield chunk
                self(done(chunk), total)
        finally:
            self.erase()
