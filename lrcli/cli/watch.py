"""`--watch`: a screen that is drawn anew whenever one of the files behind it is saved, or the terminal resized."""

from __future__ import annotations

import io
import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from types import FrameType, TracebackType
from typing import BinaryIO, Generic, TextIO, TypeVar

from lrcli.cli.environment import Environment, message_of, terminal_size
from lrcli.cli.output import unwound
from lrcli.errors import LrcliError
from lrcli.inputs import Stamp, files_seen, stamp
from lrcli.printable import printable, printable_output
from lrcli.reader import split_argument
from lrcli.reader.source import is_inline
from lrcli.render.palette import in_16_colors
from lrcli.render.safe import clip, wrap_lines
from lrcli.values import dataclass

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

T = TypeVar("T")

_PAUSE = 0.2
"""The files and the size are looked at every so many seconds: that works everywhere and costs nothing."""
_SETTLED, _PATIENCE = 0.05, 10
"""A file is read once it has not changed for _SETTLED seconds; an editor gets at most _PATIENCE times that."""
_SHARE = 3
"""After a picture nothing is drawn for so many times as long as it took, however fast stdin grows."""
_ROOM = 8
"""The last good picture stands above an error if so many lines are left for it."""

MOST = 1 << 28
"""At most so many bytes of a pipe are kept; a longer log belongs into a file."""

_TURN = 0.25
"""A pipe that gives without an end is read for so many seconds at a time."""

_HOW_TO_END = "q ends" if termios else "Ctrl-C ends"

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # another screen, no cursor, long lines are cut
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"


def watch_files(
    env: Environment,
    arguments: Sequence[str],
    metric: str | None,
    output: str | None,
    load: Callable[[Environment], T],
    draw: Callable[[Environment, T], str],
) -> None:
    """Draw what the arguments hold whenever it changes, until somebody ends it.

    Raises LrcliError where there is nothing to watch, or nobody who watches.
    """
    if output is not None:
        raise LrcliError("--watch draws on the terminal, not into a file: leave out --output")
    if not env.stdout_tty or env.variables.get("TERM") == "dumb":
        raise LrcliError("--watch wants a terminal on stdout that can be drawn on anew")
    sources = [split_argument(argument)[0] for argument in arguments]
    if _reads_stdin(sources, metric) and (env.stdin is None or env.stdin.isatty()):
        raise LrcliError("--watch wants a pipe on stdin (-), as of tail -f")
    if any(is_inline(source) for source in sources):
        raise LrcliError("--watch wants files: an inline spec does not change")
    stdin = Followed(env.stdin) if env.stdin is not None and _reads_stdin(sources, metric) else None
    env.hide_progress()
    Watch(env, arguments, load, draw, stdin).run()


def _reads_stdin(sources: Sequence[str], metric: str | None) -> bool:
    return any(source.split(":")[0] == "-" for source in [*sources, metric or ""])


@dataclass
class Watch(Generic[T]):
    """What is on the screen: `load` reads what is to be drawn, `draw` makes text of it, both in a given environment."""

    env: Environment
    names: Sequence[str]
    load: Callable[[Environment], T]
    draw: Callable[[Environment, T], str]
    stdin: Followed | None = None
    _files: dict[Path, Stamp | None] = field(default_factory=dict)
    _good: T | None = None
    _size: tuple[int, int] = (0, 0)

    def run(self) -> None:
        """Draw until somebody types q, or a signal ends it: Ctrl-C leaves as KeyboardInterrupt."""
        assert self.env.stdout is not None
        with unwound(), _Terminal(self.env.stdout) as terminal:
            while True:
                self._size = _size_of(self.env)
                terminal.resumed = False  # before the screen is drawn: whoever comes back during that sees it again
                begun = time.monotonic()
                if self.stdin is not None:
                    self.stdin.grow()
                terminal.show(self._screen())
                rest = _SHARE * (time.monotonic() - begun)  # a long log that grows is not drawn all the time
                while not (terminal.resumed or _size_of(self.env) != self._size or self._saved()):
                    if terminal.wait_for_q(_PAUSE):
                        return
                    if self.stdin is not None and (rest := rest - _PAUSE) < 0 and self.stdin.grow():
                        break

    def _saved(self) -> bool:
        """Whether a file is not what it was, which by now it has been for a moment."""
        if not self._changed(self._files):
            return False
        for _ in range(_PATIENCE):
            now = {path: stamp(path) for path in self._files}
            time.sleep(_SETTLED)
            if None not in now.values() and not self._changed(now):
                break
        return True

    def _changed(self, files: dict[Path, Stamp | None]) -> bool:
        return any(stamp(path) != known for path, known in files.items())

    def _screen(self) -> list[str]:
        """The lines of the screen: the picture, what there is to say about it, and whose picture it is."""
        width, height = self._size
        files = ", ".join(dict.fromkeys(split_argument(name)[0] for name in self.names))
        status = printable(f"{time.strftime('%H:%M:%S')}  {_HOW_TO_END}  watching {files}")
        messages = io.StringIO()
        env = self.env.inside(self._size, messages)
        if self.stdin is not None:
            env.stdin = self.stdin.lines()
        with files_seen() as self._files:
            try:
                loaded = self.load(env)
                below = _wrapped(messages.getvalue(), width)[: height // 3]
                picture = self._picture(loaded, height - len(below) - 1)
                self._good = loaded
            except Exception as exc:  # whatever it is, the next save may mend it
                env.error(message_of(exc))
                below = _wrapped(messages.getvalue(), width)[: height - 1]
                room = height - len(below) - 1
                picture = [] if self._good is None or room < _ROOM else self._picture(self._good, room)
        status = clip(status, width - 1, ascii=not self.env.draws_unicode)
        return [*picture, *below, f"\x1b[2m{status}\x1b[0m" if self.env.colored(tty=True) else status]

    def _picture(self, loaded: T, height: int) -> list[str]:
        # an Environment counts the prompt's line, too
        env = self.env.inside((self._size[0], height + 1), io.StringIO())
        text = self.draw(env, loaded)
        return (in_16_colors(text) if env.palette_size == 16 else text).split("\n")[:height]


def _size_of(env: Environment) -> tuple[int, int]:
    assert env.stdout is not None
    return terminal_size(env.stdout) or (80, 24)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap_lines(text, width - 1).splitlines()


class _Terminal:
    """The terminal's other screen, without cursor and echo; inside the `with` only."""

    def __init__(self, stream: TextIO) -> None:
        self.resumed = False
        self._stream = stream
        self._modes = termios.tcgetattr(stream.fileno()) if termios else None
        self._keys = self._modes is not None

    def __enter__(self) -> _Terminal:
        if hasattr(signal, "SIGTSTP"):
            signal.signal(signal.SIGTSTP, self._pause)
        self._enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def show(self, lines: Sequence[str]) -> None:
        """Draw these lines over what was there, without a moment of nothing."""
        safe = (printable_output(line, styled=True) for line in lines)
        self._write("\x1b[H" + "\r\n".join(f"\x1b[K{line}" for line in safe) + "\x1b[J")

    def wait_for_q(self, seconds: float) -> bool:
        """Wait so long, or until somebody types q; whether it was typed."""
        if not self._keys:
            time.sleep(seconds)
            return False
        number = self._stream.fileno()
        try:
            if not select.select([number], [], [], seconds)[0]:
                return False
            typed = os.read(number, 1024)
        except OSError:  # a terminal that can be written only
            typed = b""
        self._keys = bool(typed)
        return b"q" in typed

    def _enter(self) -> None:
        if termios and self._modes:
            modes = list(self._modes)
            modes[3] &= ~(termios.ECHO | termios.ICANON)  # what somebody types does not show; Ctrl-C still works
            termios.tcsetattr(self._stream.fileno(), termios.TCSANOW, modes)
        self._write(_ENTER)

    def _leave(self) -> None:
        with suppress(OSError):  # the terminal may be gone
            self._write(_LEAVE)
            if termios and self._modes:
                # TCSAFLUSH forgets what was typed: the shell should not run it
                termios.tcsetattr(self._stream.fileno(), termios.TCSAFLUSH, self._modes)

    def _write(self, text: str) -> None:
        # past the stream's buffer: a signal may come in the middle of a write, and writes itself
        data = text.encode(self._stream.encoding, self._stream.errors or "strict")
        while data:
            data = data[os.write(self._stream.fileno(), data) :]

    def _pause(self, number: int, frame: FrameType | None) -> None:
        """Ctrl-Z: the shell gets its screen back, and after `fg` the picture comes again."""
        self._leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._pause)
        self._enter()
        self.resumed = True


class Followed:
    """What has come on a stream (the log of a running job, behind `tail -f`) by now. Nothing here waits for more."""

    def __init__(self, stream: BinaryIO) -> None:
        self.ended = False
        self._data = bytearray()
        self._stream = stream

    def grow(self) -> bool:
        """Read what is there; whether anything was, the end of the stream included."""
        before, until = len(self._data), time.monotonic() + _TURN
        was_ended = self.ended
        while not self.ended and time.monotonic() < until:
            try:
                number = self._stream.fileno()
                if not select.select([number], [], [], 0)[0]:
                    break
                piece = os.read(number, 1 << 16)
            except (OSError, ValueError):  # no stream of the system's: it has all it will ever have
                piece, self.ended = self._stream.read(), True
            self._data += piece
            self.ended = self.ended or not piece
            if len(self._data) > MOST:
                raise LrcliError(f"stdin has more than {MOST:,} bytes: --watch wants such a log as a file")
        return len(self._data) > before or self.ended != was_ended

    def lines(self) -> BinaryIO:
        """The whole lines so far; the last one may be written right now."""
        data = bytes(self._data)
        if not self.ended:
            data = data[: max(data.rfind(b"\n"), data.rfind(b"\r")) + 1]
        return io.BytesIO(data)
