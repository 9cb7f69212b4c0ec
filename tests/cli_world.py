"""A world for command lines: streams in memory, a terminal that only claims to be one."""

from __future__ import annotations

import io
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass

from lrcli.cli.app import run
from lrcli.cli.environment import Environment


@dataclass(frozen=True)
class Outcome:
    """What a command line printed, and its exit code."""

    status: int
    stdout: str
    stderr: str


_PROGRESS = re.compile(r"(\r\x1b\[Klrcli: [^\r]*)+\r\x1b\[K")
"""A progress line that was drawn, on a slow machine, and erased."""


def run_cli(
    *args: str,
    stdin: bytes = b"",
    variables: dict[str, str] | None = None,
    tty: tuple[int, int] | None = None,
    encoding: str = "utf-8",
) -> Outcome:
    """Run `lrcli ARGS` in this process. `tty` makes stdout and stderr a terminal of (columns, lines)."""
    out, err = io.BytesIO(), io.BytesIO()
    env = Environment(
        stdin=io.BytesIO(stdin),
        stdout=io.TextIOWrapper(out, encoding=encoding, errors="backslashreplace", newline=""),
        stderr=io.TextIOWrapper(err, encoding=encoding, errors="backslashreplace", newline=""),
        variables=variables or {},
        stdout_tty=tty is not None,
        stderr_tty=tty is not None,
        size=tty,
    )
    status = run(args, env)
    return Outcome(status, out.getvalue().decode(encoding), _PROGRESS.sub("", err.getvalue().decode(encoding)))


def run_line(line: str, stdin: bytes = b"") -> Outcome:
    """Run a line as a shell would: `NO_COLOR=1 lrcli plot spec.yaml`. TTY=80x24, ENCODING=ascii: what stdout is."""
    words = shlex.split(line)
    name = words.index("lrcli")
    variables = dict(word.split("=", 1) for word in words[:name])
    columns, _, lines = variables.pop("TTY", "").partition("x")
    return run_cli(
        *words[name + 1 :],
        stdin=stdin,
        tty=(int(columns), int(lines)) if lines else None,
        encoding=variables.pop("ENCODING", "utf-8"),
        variables=variables,
    )


def printed_by(code: str) -> str:
    """What a Python of its own prints that runs this code."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
