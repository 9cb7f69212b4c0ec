from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lrcli.cli.environment import Environment
from lrcli.cli.output import Output
from lrcli.cli.progress import Progress
from lrcli.errors import LrcliError

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
unprivileged = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")


def environment(**given: Any) -> Environment:
    return Environment(**{"stdin": None, "stdout": io.StringIO(), "stderr": io.StringIO(), **given})


def failing() -> Iterator[str]:
    yield "half"
    raise LrcliError("no value at epoch 7")


def test_file_is_written(tmp_path: Path) -> None:
    """-o writes the text as UTF-8 with bare newlines, and leaves nothing beside the file."""
    Output(environment(), str(tmp_path / "lr.csv")).write(["größe\n", "1\n"])
    assert {"lr.csv": "größe\n1\n".encode()} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """When the work fails half-way the file is as it was, and nothing is left beside it."""
    target = tmp_path / "lr.csv"
    target.write_text("old")
    with pytest.raises(LrcliError, match="epoch 7"):
        Output(environment(), str(target)).write(failing(), whole=False)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"lr.csv": "old"}


def test_failure_leaves_stdout_empty() -> None:
    """Nothing is on stdout when whole work fails; what streams has been written up to the failure."""
    for whole, written in ((True, ""), (False, "half")):
        out = io.StringIO()
        with pytest.raises(LrcliError):
            Output(environment(stdout=out)).write(failing(), whole=whole)
        assert written == out.getvalue()


@posix
def test_symlink_and_mode_are_kept(tmp_path: Path) -> None:
    """A symlink stays one, and the file keeps its permissions."""
    target, link = tmp_path / "real.csv", tmp_path / "link.csv"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    Output(environment(), str(link)).write(["new"])
    assert (link.is_symlink(), target.read_text(), stat.S_IMODE(target.stat().st_mode)) == (True, "new", 0o640)


@posix
def test_device_is_written_to() -> None:
    """A device is written to, not replaced."""
    Output(environment(), "/dev/null").write(["gone"])
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@posix
def test_open_descriptor_is_written_to(tmp_path: Path) -> None:
    """What a descriptor of this process holds is kept, and the text goes on where it stands."""
    target = tmp_path / "f"
    with target.open("wb", buffering=0) as out:
        out.write(b"before\n")
        for name in (f"/dev/fd/{out.fileno()}", f"/proc/self/fd/{out.fileno()}"):
            if Path(name).exists():
                Output(environment(), name).write(["text\n"])
        out.write(b"after\n")
    lines = target.read_text().split()
    assert (lines[0], set(lines[1:-1]), lines[-1]) == ("before", {"text"}, "after")


@posix
def test_named_pipe_is_written_to(tmp_path: Path) -> None:
    """A named pipe is written to, also through a link, and stays one."""
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        Output(environment(), str(link)).write(["text"])
        assert (b"text", True) == (os.read(reader, 100), stat.S_ISFIFO(pipe.stat().st_mode))
        with pytest.raises(LrcliError, match="epoch 7"):
            Output(environment(), str(pipe)).write(failing())
        assert os.read(reader, 100) == b""
    finally:
        os.close(reader)


@posix
def test_full_device() -> None:
    """A full device is one clear line."""
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(LrcliError, match="cannot write /dev/full: No space left on device"):
        Output(environment(), "/dev/full").write(["x" * 100_000])


def test_directory_is_no_file(tmp_path: Path) -> None:
    """A directory, or a file in a folder that is not there, cannot be written, and the message says why."""
    with pytest.raises(LrcliError, match="it is a directory"):
        Output(environment(), str(tmp_path)).write(["x"])
    with pytest.raises(LrcliError, match="the name of the file is empty"):
        Output(environment(), "").write(["x"])
    with pytest.raises(LrcliError, match="No such file or directory"):
        Output(environment(), str(tmp_path / "no" / "lr.csv")).write(["x"])


@posix
@unprivileged
def test_read_only_directory(tmp_path: Path) -> None:
    """A folder that is read-only is an error, and its old file stays."""
    target = tmp_path / "lr.csv"
    target.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LrcliError, match=r"cannot write .*lr\.csv: Permission denied"):
            Output(environment(), str(target)).write(["new"])
        assert target.read_text() == "old"
    finally:
        tmp_path.chmod(0o700)


@posix
@unprivileged
def test_read_only_file(tmp_path: Path) -> None:
    """A file that its owner made read-only is not replaced behind his back."""
    target = tmp_path / "lr.csv"
    target.write_text("old")
    target.chmod(0o400)
    with pytest.raises(LrcliError, match="it is read-only"):
        Output(environment(), str(target)).write(["new"])
    assert target.read_text() == "old"


def test_closed_stdout() -> None:
    """A closed stdout is an error that says so."""
    with pytest.raises(LrcliError, match="closed"):
        Output(environment(stdout=None)).write(["x"])


def test_a_file_does_not_know_the_terminal() -> None:
    """What goes to a file has the width of COLUMNS or 80, no colour unless asked for, and Unicode; '-' is stdout."""
    env = environment(stdout_tty=True, size=(200, 50), variables={"FORCE_COLOR": "1"})
    terminal, file = Output(env, "-"), Output(env, "plot.txt")
    assert (terminal.tty, terminal.color, terminal.width, terminal.height) == (True, True, 200, 49)
    assert (file.tty, file.color, file.width, file.height, file.ascii) == (False, False, 80, 23, False)
    env.color = "always"
    assert file.color


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_progress_after_a_second() -> None:
    """Progress appears after a second, not more than five times a second, and is erased."""
    env, clock = environment(stderr_tty=True), Clock()
    progress = Progress(env, clock)
    for clock.now, done in ((0.9, 10), (1.1, 20), (1.2, 30), (1.4, 4000)):
        progress(done, 8000)
    progress.erase()
    assert isinstance(env.stderr, io.StringIO)
    assert (
        env.stderr.getvalue() == "\r\x1b[Klrcli: 20 of 8,000 rows (0%)\r\x1b[Klrcli: 4,000 of 8,000 rows (50%)\r\x1b[K"
    )


@pytest.mark.parametrize(("tty", "quiet"), [(False, False), (True, True)])
def test_no_progress(tty: bool, quiet: bool) -> None:
    """No progress where stderr is no terminal, nor with --quiet."""
    env, clock = environment(stderr_tty=tty, quiet=quiet), Clock()
    progress = Progress(env, clock)
    clock.now = 5.0
    progress(1, 2)
    progress.erase()
    assert isinstance(env.stderr, io.StringIO)
    assert env.stderr.getvalue() == ""


def test_progress_is_erased_on_failure() -> None:
    """An error message never stands behind a progress line."""
    env, clock = environment(stderr_tty=True), Clock()

    def chunks() -> Iterator[str]:
        yield "one"
        clock.now = 3.0
        yield "two"
        raise LrcliError("no value")

    with pytest.raises(LrcliError):
        list(Progress(env, clock).over(chunks(), len, 10))
    assert isinstance(env.stderr, io.StringIO)
    assert env.stderr.getvalue().endswith("lrcli: 3 of 10 rows (30%)\r\x1b[K")
