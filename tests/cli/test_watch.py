"""`lrcli plot --watch` in a real pseudo-terminal: it draws again, survives errors, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli_world import run_cli

pexpect = pytest.importorskip("pexpect")
pyte = pytest.importorskip("pyte")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")

SPEC = "lr: 0.1\nepochs: 40\nschedule: {type: step, step_size: 20}\n"
_FORCED = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LRCLI_DEBUG")


class Terminal:
    """A program in a terminal of 80 x 24, and what is on its screen."""

    def __init__(self, folder: Path, *args: str) -> None:
        self.start(folder, sys.executable, ["-m", "lrcli", "plot", "--watch", *args])

    @classmethod
    def of_line(cls, folder: Path, line: str) -> Terminal:
        """A terminal in which a shell runs a line."""
        terminal = cls.__new__(cls)
        terminal.start(folder, "sh", ["-c", line.format(lrcli=f"{sys.executable} -m lrcli plot --watch")])
        return terminal

    def start(self, folder: Path, program: str, arguments: list[str]) -> None:
        """Run a program in it."""
        env = {key: value for key, value in os.environ.items() if key not in _FORCED}
        self.child: Any = pexpect.spawn(
            program,
            arguments,
            cwd=folder,
            dimensions=(24, 80),
            env={**env, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONUTF8": "1"},
            timeout=20,
        )
        self.screen = pyte.Screen(80, 24)
        self.stream = pyte.ByteStream(self.screen)
        self.sent = b""

    def read(self) -> None:
        """What has come by now."""
        try:
            text = self.child.read_nonblocking(100_000, timeout=0.1)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.sent += text
        self.stream.feed(text)

    def text(self) -> str:
        """The screen's lines."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def until(self, reached: Callable[[str], bool]) -> str:
        """The screen once it is as it should be, or fail after some seconds."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            self.read()
            if reached(self.text()):
                return self.text()
        raise AssertionError(f"the screen stayed\n{self.text()}")

    def end(self) -> tuple[int | None, int | None]:
        """Wait for the end: exit status and signal."""
        self.child.expect(pexpect.EOF)
        self.sent += self.child.before
        self.child.close()
        return self.child.exitstatus, self.child.signalstatus


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Terminal]:
    (tmp_path / "one.yaml").write_text(SPEC)
    terminal = Terminal(tmp_path, "one.yaml")
    try:
        terminal.until(lambda text: "watching one.yaml" in text and "last 0.01 " in text)
        yield terminal
        if terminal.child.isalive():  # by itself if it can: a process that is killed leaves no coverage behind
            terminal.child.sendintr()
            terminal.end()
    finally:
        terminal.child.close(force=True)


def test_a_save_is_drawn(watched: Terminal, tmp_path: Path) -> None:
    """A file that is written in place is drawn again, and so is one that an editor puts in its place."""
    (tmp_path / "one.yaml").write_text(SPEC.replace("20", "10"))
    watched.until(lambda text: "last 0.0001" in text)
    new = tmp_path / "one.yaml~"
    new.write_text(SPEC.replace("20", "13"))
    new.replace(tmp_path / "one.yaml")
    watched.until(lambda text: "last 0.0001" in text and "mean 0.03608" in text)


def test_an_error_is_shown_with_the_last_good_picture(watched: Terminal, tmp_path: Path) -> None:
    """A broken spec is told where it is broken, under the picture of before; a good one goes on."""
    (tmp_path / "one.yaml").write_text(SPEC.replace("step_size", "stepsize"))
    text = watched.until(lambda text: "did you mean 'step_size'?" in text)
    assert "last 0.01 " in text
    assert "error: unknown key 'stepsize'" in text
    (tmp_path / "one.yaml").unlink()
    watched.until(lambda text: "no such file" in text and "last 0.01 " in text)
    (tmp_path / "one.yaml").write_text(SPEC.replace("40", "60"))
    text = watched.until(lambda text: "last 0.001 " in text)
    assert "error" not in text


def test_ctrl_c_ends_with_the_terminal_as_it_was(watched: Terminal) -> None:
    """Ctrl-C exits with 130; the old screen, the cursor, wrapping and the echo are back."""
    watched.child.send("typed")
    watched.read()
    watched.child.sendintr()
    assert watched.end() == (130, None)
    assert b"typed" not in watched.sent
    assert (watched.sent.count(b"\x1b[?1049h"), watched.sent.count(b"\x1b[?25l")) == (1, 1)
    assert watched.sent.endswith(b"\x1b[?7h\x1b[?25h\x1b[?1049l")


def test_q_ends_with_the_terminal_as_it_was(watched: Terminal) -> None:
    """q leaves, as it does a pager, with exit code 0; other keys do nothing."""
    watched.child.send("x")
    watched.read()
    watched.child.send("q")
    assert watched.end() == (0, None)
    assert watched.sent.endswith(b"\x1b[?7h\x1b[?25h\x1b[?1049l")


def test_a_kill_leaves_the_terminal_as_it_was(watched: Terminal) -> None:
    """SIGTERM restores the terminal, and then ends the process as SIGTERM does."""
    watched.child.kill(signal.SIGTERM)
    assert watched.end() == (None, signal.SIGTERM)
    assert watched.sent.endswith(b"\x1b[?1049l")


def test_ctrl_z_gives_the_screen_back_and_fg_draws_again(watched: Terminal) -> None:
    """A stopped watch is not in the way; continued, it comes back."""
    before = len(watched.sent)
    watched.child.kill(signal.SIGTSTP)
    watched.until(lambda _: b"\x1b[?1049l" in watched.sent[before:])
    watched.child.kill(signal.SIGCONT)
    watched.until(lambda _: b"watching" in watched.sent[before:])
    assert watched.sent[before:].startswith(b"\x1b[?7h\x1b[?25h\x1b[?1049l\x1b[?1049h\x1b[?25l\x1b[?7l")


def test_a_resize_is_drawn(watched: Terminal) -> None:
    """The picture fills a terminal that becomes smaller, without a line too many."""
    watched.screen.reset()
    watched.screen.resize(12, 40)
    watched.child.setwinsize(12, 40)
    text = watched.until(lambda text: "watching" in text)
    assert text.split("\n")[0] == "one: learning rate"
    assert text.split("\n")[-1].endswith("watching one.yaml")


def test_the_metric_is_watched(tmp_path: Path) -> None:
    """A plateau's metric file is drawn again, too, also one that was missing."""
    (tmp_path / "one.yaml").write_text("lr: 0.1\nschedule: {type: plateau, patience: 0, metric: {file: val.csv}}\n")
    terminal = Terminal(tmp_path, "one.yaml")
    try:
        terminal.until(lambda text: "val.csv: no such file" in text)
        (tmp_path / "val.csv").write_text("loss\n3\n2\n1\n")
        terminal.until(lambda text: "last 0.1 " in text)
        with (tmp_path / "val.csv").open("a") as file:
            file.write("1\n1\n")
        terminal.until(lambda text: "last 0.01 " in text)
    finally:
        terminal.child.close(force=True)


def test_a_growing_log_is_watched(tmp_path: Path) -> None:
    """The log of a run that is still training is drawn beside its spec as it grows."""
    (tmp_path / "one.yaml").write_text(SPEC)
    (tmp_path / "run.csv").write_text("epoch,lr\n0,0.1\n1,0.1\n")
    terminal = Terminal(tmp_path, "one.yaml", "run.csv")
    try:
        terminal.until(lambda text: "━ run" in text)
        with (tmp_path / "run.csv").open("a") as file:
            file.write("2,0.25\n")
        terminal.until(lambda text: "last 0.25 " in text)
    finally:
        terminal.child.close(force=True)


def test_notes_are_under_the_picture(tmp_path: Path) -> None:
    """What a plot says on stderr is on the screen, as far as there is room, and the picture still fits."""
    (tmp_path / "one.yaml").write_text(SPEC)
    terminal = Terminal(tmp_path, "one.yaml@torch-1.1")
    try:
        text = terminal.until(lambda text: "watching" in text)
        assert "note: get_lr() of torch 1.1 is not the LR that trains at epoch 20" in text
        assert text.startswith("one: get_lr in torch-1.1")
    finally:
        terminal.child.close(force=True)


@pytest.mark.parametrize(
    ("args", "variables", "reason"),
    [
        (["{lr: 0.1, epochs: 9, schedule: {type: cosine}}"], {}, "an inline spec does not change"),
        (["one.yaml", "-o", "one.txt"], {}, "leave out --output"),
        (["one.yaml", "--format", "svg"], {}, "draws text, not svg"),
        (["one.yaml"], {"TERM": "dumb"}, "wants a terminal"),
    ],
)
def test_refusals(args: list[str], variables: dict[str, str], reason: str) -> None:
    """What cannot be watched is refused at once, with the reason."""
    outcome = run_cli("plot", "--watch", *args, tty=(80, 24), variables=variables)
    assert (outcome.status, outcome.stdout) == (2, "")
    assert reason in outcome.stderr


def test_a_pipe_is_refused() -> None:
    """Without a terminal there is nobody who watches."""
    outcome = run_cli("plot", "--watch", "one.yaml")
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "wants a terminal on stdout" in outcome.stderr


def test_a_log_on_stdin_is_drawn_as_it_grows(tmp_path: Path) -> None:
    """What `tail -f` writes is drawn when it comes; a line that is not whole yet waits."""
    (tmp_path / "one.yaml").write_text(SPEC)
    os.mkfifo(tmp_path / "pipe")
    terminal = Terminal.of_line(tmp_path, "cat pipe | exec {lrcli} one.yaml -")
    try:
        with (tmp_path / "pipe").open("w") as log:
            log.write("Epoch 0 | lr: 0.1\nEpoch 1 | lr: 0.1\nEpoch 2 | lr: 0.0")
            log.flush()
            text = terminal.until(lambda text: "stdin: " in text and "last 0.1" in text)
            log.write("25\n")
            log.flush()
            terminal.until(lambda text: "last 0.025" in text)
            log.write("Epoch 3 | lr: 0.0125\n")
            log.flush()
            text = terminal.until(lambda text: "last 0.0125" in text)
        assert "error" not in text
        terminal.until(lambda text: "last 0.0125" in text)
        terminal.child.sendintr()
        terminal.end()
    finally:
        terminal.child.close(force=True)


def test_a_growing_log_is_drawn(watched: Terminal, tmp_path: Path) -> None:
    """A log that is appended to is read anew."""
    (tmp_path / "run.log").write_text("Epoch 0 | lr: 0.1\nEpoch 1 | lr: 0.1\n")
    terminal = Terminal(tmp_path, "one.yaml", "run.log")
    try:
        terminal.until(lambda text: "run: " in text and "last 0.1 " in text)
        with (tmp_path / "run.log").open("a") as log:
            log.write("Epoch 2 | lr: 0.025\n")
        terminal.until(lambda text: "last 0.025" in text)
        terminal.child.sendintr()
        terminal.end()
    finally:
        terminal.child.close(force=True)
