"""A command reads files, pipes, FIFOs and stdin, each of them opened once and read through one reader.

The files that are read can be remembered as they were then, for a plot that keeps itself current.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from lrcli.errors import LrcliError

HEAD = 65536
"""An input is recognised by this many bytes."""


class FileTrouble(LrcliError):
    """Why a file cannot be read; the message does not name the file."""


class Input:
    r"""One input, whatever it is: its head can be looked at, and stays to be read.

    `name` is what messages call it, `path` is None for stdin. A short input and a regular file may be read any number
    of times; a long pipe once.

    >>> source = Input.of(b"epoch,lr\n0,0.1\n")
    >>> source.head[:5], source.read() == source.open().read()
    (b'epoch', True)
    """

    def __init__(self, name: str, path: Path | None, opened: Callable[[], BinaryIO]) -> None:
        self.name = name
        self.path = path
        self._opened = opened
        self._rest: BinaryIO | None = None  # a pipe after its head, until somebody asks for it
        self._kept: bytes | None = None  # all bytes, where they are known

    @classmethod
    def of(cls, data: bytes, name: str = "<stdin>") -> Input:
        """An input that holds these bytes."""
        return cls(name, None, lambda: io.BytesIO(data))

    @property
    def stem(self) -> str:
        """The name of a spec or a log that has none of its own."""
        return "stdin" if self.path is None else self.path.stem

    @property
    def regular(self) -> bool:
        """Whether this is a file on a disk, beside which there may be others, and which can be read twice."""
        return self.path is not None and self.path.is_file()

    @property
    def directory(self) -> Path:
        """The folder of the files that the input names: its own, or this one for stdin and a pipe."""
        return self.path.parent if self.path is not None and self.regular else Path()

    @cached_property
    def head(self) -> bytes:
        """The first bytes, HEAD of them or all there are. Raises FileTrouble if they cannot be read."""
        file = self._open()
        try:
            head = _read(file, HEAD)
            if len(head) < HEAD:
                self._kept = head
            elif not self.regular:
                self._rest = file
        finally:
            if self._rest is None and self.path is not None:  # stdin belongs to the process
                file.close()
        return head

    def read(self, limit: int = -1) -> bytes:
        """The bytes from the first one on, at most `limit`. Raises FileTrouble if they cannot be read."""
        head = self.head
        if self._kept is None and 0 <= limit <= len(head):
            return head[:limit]
        if self._kept is None:
            with self.open() as file:
                data = _read(file, limit)
            if 0 <= limit == len(data):
                return data  # there may be more
            self._kept = data
        return self._kept if limit < 0 else self._kept[:limit]

    def open(self) -> BinaryIO:
        """All bytes from the first one on, as they come. Raises FileTrouble if they cannot be read, or no longer."""
        head = self.head
        if self._kept is not None:
            return io.BytesIO(self._kept)
        if self.regular:
            return self._open()
        if self._rest is None:
            raise FileTrouble("this is no file on a disk and can be read only once")
        rest, self._rest = self._rest, None
        return io.BufferedReader(_Rejoined(head, rest, closing=self.path is not None), HEAD)

    def _open(self) -> BinaryIO:
        if self.path is not None:
            see(self.path)
        try:
            return self._opened()
        except FileNotFoundError:
            raise FileTrouble("no such file") from None
        except IsADirectoryError:
            raise FileTrouble("this is a directory, not a file") from None
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise _trouble(error) from None


class Inputs:
    """The inputs of one command line. Who asks for one that was asked for before is given the same."""

    def __init__(self, stdin: BinaryIO | None = None) -> None:
        self._stdin = stdin
        self._known: dict[object, Input] = {}
        self._stdin_user: str | None = None

    @classmethod
    def of(cls, stdin: bytes) -> Inputs:
        """The inputs of a process that has these bytes on stdin."""
        return cls(io.BytesIO(stdin))

    @classmethod
    def of_process(cls) -> Inputs:
        """The inputs of this process."""
        import sys

        return cls(None if sys.stdin is None else sys.stdin.buffer)

    def get(self, name: str, user: str = "spec") -> Input:
        """The input of a path, or of stdin for `-`, which is for one user only: a SPEC, a LOG or "metric".

        Nothing is opened before somebody looks at it. Raises LrcliError for a second user of stdin.
        """
        if name == "-":
            if self._stdin_user not in (None, user):
                if user == "metric":
                    raise LrcliError("the spec and its metric cannot both be read from stdin")
                raise LrcliError("stdin (-) can be read only once: give one of the inputs as a file")
            self._stdin_user = user
        key = self._key(name)
        if key not in self._known:
            if name == "-":
                self._known[key] = Input("<stdin>", None, self._open_stdin)
            else:
                path = Path(name)
                self._known[key] = Input(name, path, lambda: path.open("rb", buffering=HEAD))
        return self._known[key]

    def include(self, file: os.stat_result) -> bool:
        """Whether a regular file is one of the inputs, under whatever name, or what stdin was redirected from."""
        if not stat.S_ISREG(file.st_mode):
            return False
        for given in self._known.values():
            with suppress(OSError, ValueError):
                known = os.fstat(self._stdin.fileno()) if given.path is None and self._stdin else None
                if given.path is not None:
                    known = given.path.stat()
                if known is not None and os.path.samestat(known, file):
                    return True
        return False

    def _open_stdin(self) -> BinaryIO:
        if self._stdin is None:
            raise LrcliError("stdin (-) is closed")
        return self._stdin

    def _key(self, name: str) -> object:
        """A regular file is known by its path; a pipe may have several (`/dev/stdin` and `-`) and be read once."""
        try:
            if name == "-":
                status = os.fstat(self._stdin.fileno()) if self._stdin is not None else None
            else:
                status = Path(name).stat()
        except (OSError, ValueError):
            return name
        piped = status is not None and (stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode))
        return (status.st_dev, status.st_ino) if status is not None and piped else name


class _Rejoined(io.RawIOBase):
    """The bytes that were looked at, and those after them."""

    def __init__(self, head: bytes, rest: BinaryIO, *, closing: bool) -> None:
        self._head, self._rest, self._closing = head, rest, closing

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._head:
            data, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            data = getattr(self._rest, "read1", self._rest.read)(len(buffer))  # what is there, without waiting for more
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if self._closing and not self.closed:
            self._rest.close()
        super().close()


def _read(file: BinaryIO, limit: int) -> bytes:
    """Read at most `limit` bytes of a file, fewer only at its end: a pipe gives them in pieces."""
    try:
        return file.read(limit)
    except (OSError, ValueError) as error:
        raise _trouble(error) from None


def _trouble(error: Exception) -> FileTrouble:
    return FileTrouble(f"cannot be read: {getattr(error, 'strerror', None) or error}")


Stamp = tuple[int, int, int]
"""A file's time, inode and size. An editor that saves by renaming a new file over the old one changes the inode."""

_seen: ContextVar[dict[Path, Stamp | None] | None] = ContextVar("_seen", default=None)


def stamp(path: Path) -> Stamp | None:
    """Return what tells a changed file from the same one; None where there is none."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size


def see(path: Path) -> None:
    """Say that a file is about to be read, or looked for."""
    seen = _seen.get()
    if seen is not None and path not in seen:
        seen[path] = stamp(path)


@contextmanager
def files_seen() -> Iterator[dict[Path, Stamp | None]]:
    """The files that are read, or looked for, inside the `with`: spec and metric, each as it was before that."""
    seen: dict[Path, Stamp | None] = {}
    token = _seen.set(seen)
    try:
        yield seen
    finally:
        _seen.reset(token)
