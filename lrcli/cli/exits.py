"""The exit codes, as diff(1) has them, and what is printed of a failure."""

from __future__ import annotations

from enum import IntEnum

from lrcli.errors import LrcliError, SpecError


class ExitStatus(IntEnum):
    """What `lrcli` tells the shell."""

    OK = 0
    """The same, or fine."""
    DIFFERENT = 1
    """Different, or something was found."""
    TROUBLE = 2
    """Bad usage, a bad spec, a file or stream that fails, or a bug of ours."""
    INTERRUPTED = 130
    """Ctrl-C."""


def message_of(exc: Exception) -> str:
    """What is printed of an exception."""
    if isinstance(exc, SpecError):
        return str(exc)
    if isinstance(exc, LrcliError):
        return f"lrcli: error: {exc}"
    if isinstance(exc, OSError):
        # what reads or writes a file names it in an error of its own; the rest is stdout
        return f"lrcli: error: {exc.filename or 'cannot write to stdout'}: {exc.strerror or exc}"
    if isinstance(exc, MemoryError):
        return "lrcli: error: not enough memory"
    return f"lrcli: internal error: {type(exc).__name__}: {exc} (set LRCLI_DEBUG=1 for the traceback)"
