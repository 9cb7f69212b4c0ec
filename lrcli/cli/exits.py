"""The exit codes, as diff(1) has them."""

from __future__ import annotations

from enum import IntEnum


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
