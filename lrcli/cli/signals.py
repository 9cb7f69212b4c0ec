"""Signals that end the process, once what must not stay behind is put away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Ended(BaseException):
    def __init__(self, number: int) -> None:
        self.number = number


@contextmanager
def unwound() -> Iterator[None]:
    """A signal that ends the process leaves the `with` as an exception does, with all its `finally`, and then ends it.

    A signal that is ignored (nohup) stays so, and in a thread that is not the first one nothing changes.
    """
    handled: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        for other in handled:
            signal.signal(other, signal.SIG_IGN)  # what is put away is not left half-way
        raise Ended(number)

    try:
        for name in ("SIGTERM", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGXCPU"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, end)
                handled.append(number)
    except ValueError:  # not the first thread
        pass
    try:
        yield
    except Ended as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
