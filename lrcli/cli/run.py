"""Runs one command line, whatever happens, to one exit code."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.cli.environment import Environment
from lrcli.cli.exits import ExitStatus, message_of


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
