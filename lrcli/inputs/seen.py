"""The files that a spec was read from are remembered as they were then, for a plot that keeps itself current."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

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
