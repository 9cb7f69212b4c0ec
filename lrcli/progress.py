"""Long work reports how far it is, and a listener, if there is one, is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias

Listener: TypeAlias = Callable[[int, int, str], None]
"""Told how much is done, of how much in all (0: nobody knows), and what is counted."""

_listener: ContextVar[Listener | None] = ContextVar("_listener", default=None)


def report_progress(done: int, total: int, unit: str = "rows") -> None:
    """Say how far the work is; nothing happens unless somebody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total, unit)


@contextmanager
def progress_heard_by(listener: Listener) -> Iterator[None]:
    """Tell the listener how far the work inside the `with` is."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
