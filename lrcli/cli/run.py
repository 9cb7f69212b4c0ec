"""Runs one command line, whatever happens, to one exit code, as diff(1) has them."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from lrcli.cli.environment import Environment
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


def run(args: Sequence[str], env: Environment) -> int:
    """Run `lrcli ARGS` in this environment and return its exit code. Never raises.

    >>> import io
    >>> out = io.StringIO()
    >>> run(["--version"], Environment(stdin=None, stdout=out, stderr=None))
    0
    >>> out.getvalue().split()[0]
    'lrcli'
    """
    try:
        try:
            from lrcli.cli.app import dispatch

            status = dispatch(args, env)
        finally:
            if env.stdout is not None:
                env.stdout.flush()
        return status
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        return ExitStatus.TROUBLE  # where there is no SIGPIPE: who closed the pipe wants to hear nothing
    except Exception as exc:
        if env.variables.get("LRCLI_DEBUG") == "1":
            import traceback

            env.error(traceback.format_exc().rstrip())
        env.error(message_of(exc))
        return ExitStatus.TROUBLE


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
