"""What only a real process shows: signals, closed and full streams, encodings, imports."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

SPEC = "{lr: 0.1, epochs: 90, schedule: {type: cosine}}"
LONG = "{lr: 0.1, steps: 50_000_000, schedule: {type: cosine}}".replace("_", "")
LRCLI = [sys.executable, "-m", "lrcli"]

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX processes")


def lrcli(*args: str, **given: Any) -> subprocess.CompletedProcess[str]:
    variables = given.pop("variables", {})
    return subprocess.run(
        [*LRCLI, *args],
        capture_output=given.pop("capture_output", True),
        text=True,
        timeout=60,
        env={**os.environ, **variables},
        **given,
    )


def shell(line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LRCLI": f"'{sys.executable}' -m lrcli", "SPEC": SPEC, "LONG": LONG},
    )


def test_module_and_console_script() -> None:
    """`python -m lrcli` is the command."""
    done = lrcli("at", SPEC, "0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0.1\n", "")


@posix
def test_closed_pipe_ends_silently() -> None:
    """`| head -1` prints its line and nothing is on stderr, also while a long table streams."""
    done = shell("eval $LRCLI table '\"$LONG\"' --format csv | head -1; echo ${PIPESTATUS[0]}")
    assert (done.stdout, done.stderr) == (f"step,lr\n{128 + signal.SIGPIPE}\n", "")


@posix
def test_closed_stdout() -> None:
    """A closed stdout is one clear line and exit 2, for data and for help."""
    for args in ("at '\"$SPEC\"' 0", "-h", "table '\"$SPEC\"' --format csv"):
        done = shell(f"eval $LRCLI {args} >&-")
        assert (done.returncode, done.stderr) == (2, "lrcli: error: cannot write to stdout: it is closed\n")


@posix
def test_closed_stdout_with_a_file(tmp_path: Path) -> None:
    """With -o a closed stdout does not matter."""
    done = shell(f"eval $LRCLI at '\"$SPEC\"' 0 -o '{tmp_path}/lr.txt' >&-")
    assert (done.returncode, done.stderr, (tmp_path / "lr.txt").read_text()) == (0, "", "0.1\n")


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="no /dev/fd")
@pytest.mark.parametrize(
    "line",
    [
        "{} -o /dev/stdout | cat",
        "{} -o /dev/fd/1 | cat",
        "{} -o >(cat) | cat",
        "{} -o /dev/stderr 2>&1 >/dev/null | cat",
        "{} -o /dev/fd/3 3>&1 | cat",
        "cd '{tmp}'; {} -o /dev/stdout > f; cat f",
        "cd '{tmp}'; {} -o f > f; cat f",
    ],
)
def test_file_is_a_stream(line: str, tmp_path: Path) -> None:
    """-o writes to a pipe, and to what a stream of the command is redirected to."""
    done = shell(line.replace("{}", "eval $LRCLI at '\"$SPEC\"' 0").replace("{tmp}", str(tmp_path)))
    assert (done.returncode, done.stdout, done.stderr) == (0, "0.1\n", "")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="no /dev/stdout")
@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "f"])
def test_file_is_the_redirected_stdout(name: str, tmp_path: Path) -> None:
    """-o keeps what others wrote to the same file before and after."""
    command = f"eval $LRCLI at '\"$SPEC\"' 0 -o {name}"
    done = shell(f"cd '{tmp_path}'; (echo before; {command}; echo after) > f; cat f; ls -A")
    assert (done.stdout, done.stderr) == ("before\n0.1\nafter\nf\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_full_disk() -> None:
    """A full disk is one clear line and exit 2, for data and for help."""
    for args in ("at '\"$SPEC\"' 0", "-h", "table '\"$SPEC\"'", "plot '\"$SPEC\"'", "table '\"$LONG\"' --format csv"):
        done = shell(f"eval $LRCLI {args} >/dev/full")
        assert (done.returncode, done.stderr) == (2, "lrcli: error: cannot write to stdout: No space left on device\n")


@posix
def test_closed_stderr_and_stdin() -> None:
    """A closed stderr does not matter; a closed stdin only to who reads it."""
    done = shell("eval $LRCLI at '\"$SPEC\"' 0 2>&- <&-")
    assert (done.returncode, done.stdout) == (0, "0.1\n")
    done = shell("eval $LRCLI at - 0 <&-")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "lrcli: error: stdin (-) is closed\n")


@posix
def test_completion() -> None:
    """The shells are answered: the script that installs completion, commands, options."""
    for variables, answer in (
        ({"_LRCLI_COMPLETE": "source_bash"}, "_lrcli_completion() {"),
        ({"_LRCLI_COMPLETE": "complete_bash", "LRCLI_LINE": "lrcli ta"}, "table\n"),
        ({"_LRCLI_COMPLETE": "complete_bash", "LRCLI_LINE": "lrcli table --fo"}, "--format\n"),
    ):
        done = lrcli(variables=variables)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.lstrip().startswith(answer)


@posix
def test_interrupt() -> None:
    """Ctrl-C ends with 130 and without a traceback."""
    process = subprocess.Popen(
        [*LRCLI, "table", LONG, "--format", "csv"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert b"step,lr\n" == process.stdout.readline()  # not before: a start may take its time
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")


@posix
def test_interrupted_file_is_not_left(tmp_path: Path) -> None:
    """Ctrl-C while a file is written leaves neither the file nor a part of it."""
    process = subprocess.Popen([*LRCLI, "table", LONG, "--format", "csv", "-o", str(tmp_path / "lr.csv")])
    deadline = time.monotonic() + 30
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(tmp_path.iterdir())
    process.send_signal(signal.SIGINT)
    assert (process.wait(timeout=30), list(tmp_path.iterdir())) == (130, [])


@pytest.mark.parametrize("variables", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_plain_locales(variables: dict[str, str], tmp_path: Path) -> None:
    """A locale or an encoding without Braille draws ASCII or Unicode, and never ends in a traceback."""
    spec = tmp_path / "größe.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    done = lrcli("plot", str(spec), "--width", "60", "--height", "15", variables=variables)
    assert (done.returncode, done.stderr) == (0, "")
    if "PYTHONIOENCODING" in variables:
        assert done.stdout.isascii()


def test_narrow_columns() -> None:
    """COLUMNS=20 keeps every line of a plot within 20 columns."""
    done = lrcli("plot", SPEC, variables={"COLUMNS": "20"})
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 20


def test_internal_errors_are_one_line() -> None:
    """A bug is one line and exit 2; LRCLI_DEBUG=1 adds the traceback."""
    code = (
        "import sys; from lrcli.table import rows; del rows.tabulate; from lrcli.__main__ import main; sys.exit(main())"
    )
    for variables, lines in (({}, 1), ({"LRCLI_DEBUG": "1"}, 5)):
        done = subprocess.run(
            [sys.executable, "-c", code, "table", SPEC],
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, **variables},
        )
        assert (done.returncode, done.stdout, done.stderr.count("\n") >= lines) == (2, "", True)
        assert done.stderr.splitlines()[-1].startswith("lrcli: internal error: ImportError: ")


@pytest.mark.parametrize("flags", [["-O"], ["-W", "error"], ["-X", "dev", "-W", "error"]])
def test_interpreter_flags(flags: list[str]) -> None:
    """Optimised and with warnings as errors the outcome is the same."""
    done = subprocess.run(
        [sys.executable, *flags, "-m", "lrcli", "at", SPEC, "0"], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0.1\n", "")


@pytest.mark.parametrize("args", [["table", SPEC, "--format", "csv"], ["at", SPEC, "3"]])
def test_no_heavy_import(args: list[str]) -> None:
    """A short command imports neither what draws nor what it does not use."""
    code = (
        "import sys, typer, yaml; base = set(sys.modules)\n"
        "from lrcli.cli.environment import Environment; from lrcli.cli.app import run\n"
        "status = run(sys.argv[1:], Environment.of_process())\n"
        "print(status, *sorted({name.split('.')[0] for name in set(sys.modules) - base}), file=sys.stderr)\n"
        "print(*sorted(name for name in sys.modules if name.startswith('lrcli.')), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=60)
    modules, ours = (line.split() for line in done.stderr.splitlines())
    assert modules[0] == "0"
    heavy = {"rich", "plotext", "json", "csv", "decimal", "statistics", "asyncio", "logging", "http", "email", "numpy"}
    assert not heavy & set(modules)
    unneeded = ("lrcli.frameworks.torch", "lrcli.render.pictures.text", "lrcli.comparison.difference")
    unused = {name for name in ours if name.startswith(unneeded)}
    assert not unused - {"lrcli.frameworks.torch"}
    named = {name for name in ours if name.startswith("lrcli.schedules.")}
    assert named <= {f"lrcli.schedules.{name}" for name in ("base", "params", "turns", "cosine")}
    commands = {name for name in ours if name.startswith("lrcli.cli.commands.")}
    assert commands == {f"lrcli.cli.commands.{args[0]}"}


@posix
@pytest.mark.parametrize(
    "module",
    ["lrcli.cli.environment", "lrcli.inputs", "typer", "click", "lrcli.cli.app", "lrcli.cli.load",
     "lrcli.cli.commands.at", "lrcli.reader", "yaml", "lrcli.schedules.base", "lrcli.spec", "lrcli.series.formula"],
)  # fmt: skip
def test_interrupt_while_it_starts(module: str) -> None:
    """Ctrl-C in the middle of any import is silent, and the exit code is the one of later."""
    code = f"""
import importlib.abc, os, signal, sys

class Interrupts(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

import lrcli
sys.meta_path.insert(0, Interrupts())
sys.argv[1:] = ["at", {SPEC!r}, "0"]
from lrcli.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    met = done.returncode == 130 or module == "click"  # which typer may have within itself
    assert (True, "") == (met, done.stderr)
    assert done.stdout == ("" if done.returncode else "0.1\n")


def test_nothing_is_imported_with_the_package() -> None:
    """Until the process can take Ctrl-C it imports next to nothing."""
    code = "import sys; before = set(sys.modules); import lrcli; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert {"__future__", "lrcli", "lrcli.version"} >= set(done.stdout.split())
