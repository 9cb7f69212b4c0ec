"""A pager for what is longer than the screen, as git has one."""

from __future__ import annotations

import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from typing import TextIO

from lrcli.cli.environment import Environment

_LESS = "FRSX"
"""`less` gets these where LESS is not set: leave a short text alone, pass colours, cut long lines, clear nothing."""


def show_paged(env: Environment, chunks: Iterable[str]) -> Iterable[str]:
    """Show the text in a pager if it is longer than the screen; what is returned is still to be written.

    LRCLI_PAGER, then PAGER, then less is run; "" or cat, and a world without a screen, have none.
    """
    command = _command(env)
    if not command:
        return chunks
    rest = iter(chunks)
    begin: list[str] = []
    lines = 0
    for chunk in rest:
        begin.append(chunk)
        lines += chunk.count("\n")
        if lines >= env.height:
            break
    else:
        return begin
    try:
        with _started(command, env) as pager, _undisturbed():  # in this order: the pager itself minds Ctrl-C
            assert pager.stdin is not None
            with suppress(BrokenPipeError):  # whoever has seen enough leaves
                for chunk in chain(begin, rest):
                    pager.stdin.write(chunk)
            with suppress(BrokenPipeError):  # there may be something left in the buffer
                pager.stdin.close()
            pager.wait()
    except OSError:  # no program after all
        return chain(begin, rest)
    return ()


def _command(env: Environment) -> list[str]:
    if not env.stdout_tty or env.variables.get("TERM", "dumb") == "dumb" or not _has_number(env.stdout):
        return []
    named = next((env.variables[name] for name in ("LRCLI_PAGER", "PAGER") if name in env.variables), "less")
    try:
        words = shlex.split(named)
    except ValueError:
        return []
    return [] if not words or words == ["cat"] or not shutil.which(words[0]) else words


def _has_number(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.fileno() >= 0
    except (OSError, ValueError):  # a stream in memory
        return False


def _started(command: list[str], env: Environment) -> subprocess.Popen[str]:
    assert env.stdout is not None
    variables = {"LESS": _LESS, **env.variables}
    encoding = env.stdout.encoding
    env.stdout.flush()
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=env.stdout, env=variables, encoding=encoding, errors="backslashreplace"
    )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C is the pager's, and its end is no end of ours."""
    changed = {}
    with suppress(ValueError):  # not the first thread
        for name in ("SIGINT", "SIGPIPE"):
            if hasattr(signal, name):
                number = getattr(signal, name)
                changed[number] = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)
