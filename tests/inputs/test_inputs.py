"""One reader for whatever is read: its head, all of it, and how often."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from lrcli.errors import LrcliError
from lrcli.inputs import HEAD, FileTrouble, Input, Inputs

posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX files")

SHORT, LONG = b"epoch,lr\n0,0.1\n", b"epoch,lr\n" + b"0,0.1\n" * HEAD


def on_disk(folder: Path, data: bytes) -> str:
    """The name of a regular file with this content."""
    path = folder / "run.csv"
    path.write_bytes(data)
    return str(path)


def in_fifo(folder: Path, data: bytes) -> str:
    """The name of a FIFO that somebody writes to, in small pieces."""
    path = folder / "fifo"
    os.mkfifo(path)

    def write() -> None:
        try:
            with path.open("wb", buffering=0) as out:
                for at in range(0, len(data), 50_000):
                    out.write(data[at : at + 50_000])
        except BrokenPipeError:
            pass

    threading.Thread(target=write, daemon=True).start()
    return str(path)


@posix
@pytest.mark.parametrize("data", [b"", SHORT, LONG], ids=["empty", "short", "long"])
@pytest.mark.parametrize("make", [on_disk, in_fifo])
def test_head_then_all(make: Callable[[Path, bytes], str], data: bytes, tmp_path: Path) -> None:
    """What was looked at stays to be read, in a file and in a pipe."""
    source = Inputs().get(make(tmp_path, data))
    assert data[:HEAD] == source.head
    with source.open() as file:
        assert data == file.read()


@posix
@pytest.mark.parametrize("make", [on_disk, in_fifo])
def test_read_again(make: Callable[[Path, bytes], str], tmp_path: Path) -> None:
    """What was read as a whole can be read again, wherever it came from."""
    source = Inputs().get(make(tmp_path, LONG))
    assert LONG[:100] == source.read(100)
    assert LONG == source.read()
    assert (LONG, LONG[:HEAD], LONG[:7]) == (source.open().read(), source.head, source.read(7))


@posix
def test_long_pipe_streams_once(tmp_path: Path) -> None:
    """A long pipe is not kept: who reads it a second time is told why there is nothing."""
    inputs = Inputs()
    name = in_fifo(tmp_path, LONG)
    with inputs.get(name).open() as file:
        assert LONG == file.read()
    with pytest.raises(FileTrouble, match="can be read only once"):
        inputs.get(name).open()


def test_file_streams_again(tmp_path: Path) -> None:
    """A file on a disk is read again from its beginning, and its limit is not what was read before."""
    source = Inputs().get(on_disk(tmp_path, LONG))
    for _ in range(2):
        with source.open() as file:
            assert LONG == file.read()
    assert HEAD + 1 == len(source.read(HEAD + 1))
    assert len(LONG) == len(source.read())


@posix
def test_one_pipe_with_two_names(tmp_path: Path) -> None:
    """A pipe under two names is one input; two files are two."""
    name = in_fifo(tmp_path, SHORT)
    (tmp_path / "link").symlink_to(name)
    inputs = Inputs()
    assert inputs.get(name) is inputs.get(str(tmp_path / "link"))
    assert inputs.get(on_disk(tmp_path, SHORT)) is not inputs.get(name)
    assert SHORT == inputs.get(str(tmp_path / "link")).read()


def test_stdin_is_for_one_user() -> None:
    """The same argument reads stdin as often as it likes; another one may not, nor a metric beside it."""
    inputs = Inputs.of(b"input")
    assert [b"input", b"input"] == [inputs.get("-", "argument 0").read() for _ in range(2)]
    with pytest.raises(LrcliError, match="only once"):
        inputs.get("-", "argument 1")
    with pytest.raises(LrcliError, match="the spec and its metric cannot both be read from stdin"):
        inputs.get("-", "metric")


def test_stdin_from_where_it_stands(tmp_path: Path) -> None:
    """Of a file on stdin only what another program left is read, and the stream stays open."""
    path = tmp_path / "input"
    for data in (SHORT, LONG):
        path.write_bytes(b"title\n" + data)
        with path.open("rb") as stdin:
            stdin.readline()
            source = Inputs(stdin).get("-")
            with source.open() as file:
                assert data == file.read()
            assert (False, "stdin") == (stdin.closed, source.stem)


def test_troubles(tmp_path: Path) -> None:
    """What cannot be read says why, without the name, and may be asked again."""
    for source, message in (
        (Inputs().get(str(tmp_path / "no")), "no such file"),
        (Inputs().get(str(tmp_path)), "this is a directory, not a file"),
        (Inputs().get("a\0b"), "cannot be read: embedded null byte"),
    ):
        for ask in (lambda source: source.head, Input.read, Input.open):
            with pytest.raises(FileTrouble) as caught:
                ask(source)
            assert message == str(caught.value)


def test_closed_stdin() -> None:
    """A closed stdin is told to who reads it, not to who names it."""
    source = Inputs().get("-")
    with pytest.raises(LrcliError, match=r"^stdin \(-\) is closed$"):
        source.read()


def test_trouble_on_the_way() -> None:
    """A disk that fails while it is read is a trouble like any other."""

    class Failing(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(FileTrouble, match="cannot be read: Input/output error"):
        Inputs(Failing()).get("-").read()
