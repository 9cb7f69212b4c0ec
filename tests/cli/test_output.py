from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lrcli.cli.app import run
from lrcli.cli.environment import Environment, ProgressLine
from lrcli.cli.output import Output
from lrcli.errors import LrcliError
from lrcli.progress import progress_heard_by, report_progress
from tests.cli_world import run_cli

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")
unprivileged = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")


def environment(**given: Any) -> Environment:
    return Environment(**{"stdin": None, "stdout": io.StringIO(), "stderr": io.StringIO(), **given})


def failing() -> Iterator[str]:
    yield "half"
    raise LrcliError("no value at epoch 7")


def test_file_is_written(tmp_path: Path) -> None:
    """-o writes the text as UTF-8 with bare newlines, and leaves nothing beside the file."""
    Output(environment(), str(tmp_path / "lr.txt")).write(["größe\n", "1\n"])
    assert {"lr.txt": "größe\n1\n".encode()} == {path.name: path.read_bytes() for path in tmp_path.iterdir()}


def test_failure_leaves_the_old_file(tmp_path: Path) -> None:
    """When the work fails half-way the file is as it was, and nothing is left beside it."""
    target = tmp_path / "lr.txt"
    target.write_text("old")
    with pytest.raises(LrcliError, match="epoch 7"):
        Output(environment(), str(target)).write(failing(), whole=False)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"lr.txt": "old"}


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
    target, link = tmp_path / "real.txt", tmp_path / "link.txt"
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
        Output(environment(), str(tmp_path / "no" / "lr.txt")).write(["x"])


@posix
@unprivileged
def test_read_only_directory(tmp_path: Path) -> None:
    """A folder that is read-only is an error, and its old file stays."""
    target = tmp_path / "lr.txt"
    target.write_text("old")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LrcliError, match=r"cannot write .*lr\.txt: Permission denied"):
            Output(environment(), str(target)).write(["new"])
        assert target.read_text() == "old"
    finally:
        tmp_path.chmod(0o700)


@posix
@unprivileged
def test_read_only_file(tmp_path: Path) -> None:
    """A file that its owner made read-only is not replaced behind his back."""
    target = tmp_path / "lr.txt"
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
    assert isinstance(env.stderr, io.StringIO)
    line = ProgressLine(env.stderr, clock)
    for clock.now, done in ((0.9, 10), (1.1, 20), (1.2, 30), (1.4, 4000)):
        line(done, 8000, "rows")
        line(1, 2, "tests")
    line.erase()
    assert (
        env.stderr.getvalue() == "\r\x1b[Klrcli: 20 of 8,000 rows (0%)\r\x1b[Klrcli: 4,000 of 8,000 rows (50%)\r\x1b[K"
    )


@pytest.mark.parametrize(("tty", "quiet"), [(False, False), (True, True)])
def test_no_progress(tty: bool, quiet: bool) -> None:
    """No progress where stderr is no terminal, nor with --quiet."""
    env = environment(stderr_tty=tty, quiet=quiet)
    env.show_progress(1, 2, "rows")
    assert env._line is None
    env.hide_progress()
    assert isinstance(env.stderr, io.StringIO)
    assert env.stderr.getvalue() == ""


def test_progress_is_erased_before_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message never stands behind a progress line, and nothing is drawn any more once the output begins."""
    env, clock = environment(stderr_tty=True), Clock()
    monkeypatch.setattr(ProgressLine.__init__, "__defaults__", (clock,))
    with progress_heard_by(env.show_progress):
        for clock.now in (0.0, 3.0):
            report_progress(3, 10)
        env.error("no value")
        env.hide_progress()
        clock.now = 9.0
        report_progress(9, 10)
    assert isinstance(env.stderr, io.StringIO)
    assert env.stderr.getvalue() == "\r\x1b[Klrcli: 3 of 10 rows (30%)\r\x1b[Kno value\n"


@posix
def test_a_name_of_the_longest(tmp_path: Path) -> None:
    """A file may have the longest name that there is, in characters of several bytes, too."""
    for name in ("n" * 251 + ".txt", "ö" * 127, "学" * 83 + ".txt"):
        Output(environment(), str(tmp_path / name)).write(["text"])
        assert "text" == (tmp_path / name).read_text()
    assert 3 == len(list(tmp_path.iterdir()))


def test_writers_of_one_name(tmp_path: Path) -> None:
    """Of several writers each one's file is there in full at some time, whoever else writes; nothing is left behind.

    They share a process id, as the processes of containers do that write to one volume.
    """
    target = tmp_path / "lr.txt"
    texts = [f"{n}\n" * 3000 for n in range(4)]
    failures: list[BaseException] = []
    seen: set[str] = set()

    def write(text: str) -> None:
        try:
            for _ in range(50):
                Output(environment(), str(target)).write(iter(text.splitlines(keepends=True)), whole=False)
                seen.add(target.read_text())
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ([], set(), ["lr.txt"]) == (failures, seen - set(texts), [path.name for path in tmp_path.iterdir()])


def test_what_others_left_stays(tmp_path: Path) -> None:
    """A part that another process writes, or left behind, is not ours to remove."""
    parts = [tmp_path / f".lr.txt.{os.getpid()}.part", tmp_path / ".lrcli-0123456789abcdef.part"]
    for part in parts:
        part.write_text("half")
    Output(environment(), str(tmp_path / "lr.txt")).write(["text"])
    with pytest.raises(LrcliError, match="epoch 7"):
        Output(environment(), str(tmp_path / "lr.txt")).write(failing(), whole=False)
    assert {*parts, tmp_path / "lr.txt"} == set(tmp_path.iterdir())


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT", "SIGPIPE"])
def test_a_signal_leaves_no_part(name: str, tmp_path: Path) -> None:
    """A signal in the middle of the work leaves the old file as it was, nothing beside it, and ends the process."""
    (tmp_path / "lr.txt").write_text("old")
    spec = "{lr: 0.1, steps: 50000000, schedule: {type: cosine}}"
    command = [sys.executable, "-m", "lrcli", "table", spec, "-f", "csv", "-o", str(tmp_path / "lr.txt")]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 20
        while len(list(tmp_path.iterdir())) == 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert 2 == len(list(tmp_path.iterdir()))
        process.send_signal(getattr(signal, name))
        _, said = process.communicate(timeout=20)
    status = 130 if name == "SIGINT" else -getattr(signal, name)
    assert (status, b"") == (process.returncode, said)
    assert {"lr.txt": "old"} == {path.name: path.read_text() for path in tmp_path.iterdir()}


SPEC = "lr: 0.1\nepochs: 3\nschedule: {type: constant}\n"


@pytest.mark.parametrize(
    ("args", "written"),
    [
        (["table", "s.yaml", "-o", "t.parquet"], False),
        (["table", "s.yaml", "-o", "t.yaml"], False),
        (["table", "s.yaml", "-f", "csv", "-o", "t.xlsx"], False),
        (["table", "s.yaml", "-o", "t.csv.gz"], False),
        (["find", "find.csv", "-o", "f.svg"], False),
        (["at", "s.yaml", "0", "-o", "t.json"], False),
        (["new", "step", "-o", "t.json"], False),
        (["check", "s.yaml", "-o", "t.csv"], False),
        (["versions", "-o", "t.pdf"], False),
        (["schema", "-o", "t.csv"], False),
        (["plot", "s.yaml", "-o", "t.foo"], False),
        (["plot", "s.yaml", "-f", "text", "-o", "t.foo"], True),
        (["table", "s.yaml", "-o", "t.log"], True),
        (["table", "s.yaml", "-o", "t"], True),
        (["table", "s.yaml", "-o", "t.v1.2"], True),
        (["table", "s.yaml", "-o", "t.txt"], True),
        (["table", "s.yaml", "-f", "json", "-o", "t.csv"], True),
        (["versions", "-o", "t.json"], True),
        (["new", "step", "-o", "t.yml"], True),
        (["convert", "s.yaml", "-o", "t.yaml"], True),
        (["convert", "s.yaml", "--to", "timm", "-o", "t.yml"], True),
        (["convert", "s.yaml", "--to", "torch", "-o", "t.py"], True),
        (["convert", "s.yaml", "--to", "torch", "-o", "t.yaml"], False),
        (["convert", "s.yaml", "-o", "t.py"], False),
        (["table", "s.yaml", "-o", "t.py"], False),
    ],
)
def test_an_ending_keeps_its_promise(
    args: list[str], written: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file whose ending names a format that is not written there is refused, and so is one that nobody knows."""
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SPEC)
    Path("find.csv").write_text(
        "lr,loss\n" + "".join(f"{10 ** (t / 9 - 6)!r},{9 - t / 9 + t**3 / 1e4!r}\n" for t in range(40))
    )
    outcome = run_cli(*args)
    assert (0 if written else 2, written) == (outcome.status, Path(args[-1]).exists())
    assert ("cannot write" in outcome.stderr) is not written


@posix
@pytest.mark.parametrize(
    "args",
    [
        ["table", "s.yaml", "-o", "s.yaml", "-f", "plain"],
        ["table", "s.yaml@torch-2.4", "-o", "./s.yaml", "-f", "csv"],
        ["table", "s.yaml", "-o", "soft"],
        ["table", "s.yaml", "-o", "hard"],
        ["table", "soft", "-o", "s.yaml", "-f", "csv"],
        ["table", "-", "-o", "hard"],
        ["diff", "s.yaml", "run.csv", "-o", "run.csv"],
        ["fit", "run.csv:lr", "-o", "run.csv", "-f", "json"],
        ["table", "plateau.yaml", "-o", "val.csv"],
    ],
)  # fmt: skip
def test_an_input_is_not_replaced(args: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that was read is not written, through no link and under no other name."""
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(SPEC)
    Path("soft").symlink_to("s.yaml")
    Path("hard").hardlink_to("s.yaml")
    Path("run.csv").write_text("epoch,lr\n0,0.1\n1,0.1\n2,0.1\n")
    Path("val.csv").write_text("1\n2\n3\n")
    Path("plateau.yaml").write_text("lr: 1\nschedule: {type: plateau, metric: {file: val.csv}}\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with Path("s.yaml").open("rb") as stdin:
        out, err = io.StringIO(), io.StringIO()
        status = run(args, Environment(stdin=stdin, stdout=out, stderr=err))
    assert (2, "") == (status, out.getvalue())
    target = args[args.index("-o") + 1]
    assert err.getvalue().endswith(f"lrcli: error: cannot write {target}: it is one of the inputs\n")
    assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir()}
