"""What the fuzzer feeds by way of the system: pipes, named pipes, and files that two write at once."""

from __future__ import annotations

import io
import os
import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lrcli.cli.environment import Environment
from lrcli.cli.output import Output
from lrcli.inputs import Inputs
from tests.cli_world import Outcome, run_cli

COMMANDS = (("at", "0"), ("check",), ("table", "-f", "csv"), ("fit",), ("plot",), ("steps",), ("convert",))


def through_a_pipe(text: str) -> str:
    """A text through a pipe, in pieces: what comes out is what went in, and its head stays."""
    data = text.encode(errors="surrogatepass") * 20
    rnd = random.Random(data)
    out, into = os.pipe()
    with _in_thread(lambda: _write_in_pieces(into, data, rnd)), os.fdopen(out, "rb") as stdin:
        source = Inputs(stdin).get("-")
        assert source.head == data[: len(source.head)]
        with source.open() as file:
            assert data == file.read()
    return f"a pipe of {len(data) > 65536}"


def through_a_named_pipe(text: str) -> str:
    """A file that is a named pipe is read as a regular one of that name: the same answer, or the same error."""
    data = text.encode(errors="surrogatepass")
    rnd = random.Random(data)
    command, *options = rnd.choice(COMMANDS)
    home, outcomes = Path.cwd(), []
    with tempfile.TemporaryDirectory() as folder:
        for name in ("regular", "pipe"):
            (Path(folder) / name).mkdir()
            os.chdir(Path(folder) / name)
            try:
                outcomes.append(_run_on_file(data, rnd, command, *options, is_pipe=name == "pipe"))
            finally:
                os.chdir(home)
    assert outcomes[0] == outcomes[1]
    assert "internal error" not in outcomes[0].stderr, (command, outcomes[0].stderr)
    return f"{command} of a named pipe: {outcomes[0].status}"


def _run_on_file(data: bytes, rnd: random.Random, command: str, *options: str, is_pipe: bool) -> Outcome:
    if not is_pipe:
        Path("s").write_bytes(data)
        return run_cli(command, "s", *options)
    os.mkfifo("s")
    with _in_thread(lambda: _write_in_pieces(os.open("s", os.O_WRONLY), data, rnd)) as writer:
        try:
            return run_cli(command, "s", *options)
        finally:
            _drain("s", writer)


def by_two_writers(text: str) -> str:
    """Two write one file at the same time: who reads it sees one of them in full, and nothing else stays behind."""
    rnd = random.Random(ascii(text))
    texts = [f"{mark}{text[:300]!a}\n" * rnd.choice((1, 50, 2000)) for mark in "AB"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lr.txt"
        stale = Path(folder) / f".lr.txt.{os.getpid()}.part"
        for name in (path, stale):
            name.write_text("old", encoding="utf-8")
        before = [path.read_bytes()]

        def write(content: str) -> None:
            env = Environment(stdin=io.BytesIO(), stdout=io.StringIO(), stderr=io.StringIO(), variables={})
            for _ in range(5):
                pieces = (content[at : at + 5000] for at in range(0, len(content), 5000))
                Output(env, str(path)).write(pieces, whole=False)

        whole = [*before, *(one.encode() for one in texts)]
        with _in_thread(lambda: write(texts[0])), _in_thread(lambda: write(texts[1])):
            for _ in range(50):
                assert path.read_bytes() in whole
        assert path.read_bytes() in whole[1:]
        assert {path, stale} == set(Path(folder).iterdir())
    return "two writers"


def _drain(name: str, writer: threading.Thread) -> None:
    """Let a writer end whom nobody has read to the end, or whose pipe nobody has opened."""
    reader = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    while writer.is_alive():
        with suppress(BlockingIOError):
            os.read(reader, 65536)
        writer.join(0.001)
    os.close(reader)


def _write_in_pieces(descriptor: int, data: bytes, rnd: random.Random) -> None:
    at = 0
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            while at < len(data):
                at += file.write(data[at : at + rnd.choice((1, 100, 5000, 70_000))]) or 0
    except BrokenPipeError:
        pass  # the reader has seen enough


@contextmanager
def _in_thread(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """Do something beside the `with`, and end with it; what fails there fails here."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(20)
    if failures:
        raise failures[0]
    assert not thread.is_alive()
