"""The world a command runs in, as one value: streams, terminal, colour, width, encoding.

The commands see nothing else of the process, so a test hands them an `Environment` of its own. What ends a command is
here, too: the exit codes, and what is printed of a failure.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from enum import IntEnum
from typing import BinaryIO, TextIO

from lrcli.errors import LrcliError, Problem, SpecError
from lrcli.inputs import Inputs
from lrcli.printable import printable_output
from lrcli.render import MOST_COLUMNS, MOST_LINES
from lrcli.values import dataclass

_DRAWN = "⣿│─┤█"
_FEW_COLORS = (
    "xterm",
    "xterm-color",
    "xterm-16color",
    "linux",
    "screen",
    "tmux",
    "rxvt",
    "ansi",
    "vt100",
    "vt220",
    "cygwin",
)
"""These values of TERM promise no more than 16 colours."""


class ExitStatus(IntEnum):
    """What `lrcli` tells the shell, as diff(1) does."""

    OK = 0
    """The same, or fine."""
    DIFFERENT = 1
    """Different, or something was found."""
    TROUBLE = 2
    """Bad usage, a bad spec, a file or stream that fails, or a bug of ours."""
    INTERRUPTED = 130
    """Ctrl-C."""


@dataclass
class Environment:
    """Streams and what is known about them.

    A stream that the caller closed is None. `size` is the terminal's (columns, lines) where stdout is one. `color` and
    `quiet` are what the command's options say.
    """

    stdin: BinaryIO | None
    stdout: TextIO | None
    stderr: TextIO | None
    variables: Mapping[str, str] = field(default_factory=dict)
    stdout_tty: bool = False
    stderr_tty: bool = False
    size: tuple[int, int] | None = None
    color: str = "auto"
    quiet: bool = False
    _written: set[str] = field(default_factory=set)
    _line: ProgressLine | None = None
    _hides_progress: bool = False
    _inputs: Inputs | None = None

    @classmethod
    def of_process(cls) -> Environment:
        # a name that the encoding does not have must not end a table with a traceback
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        tty = _is_terminal(sys.stdout)
        return cls(
            stdin=None if sys.stdin is None else sys.stdin.buffer,
            stdout=sys.stdout,
            stderr=sys.stderr,
            variables=os.environ,
            stdout_tty=tty,
            stderr_tty=_is_terminal(sys.stderr),
            size=terminal_size(sys.stdout) if tty else None,
        )

    def inside(self, size: tuple[int, int], stderr: TextIO) -> Environment:
        """The same world on a piece of the screen, of (columns, lines), with its own stderr, and nobody at stdin."""
        variables = {name: value for name, value in self.variables.items() if name not in ("COLUMNS", "LINES")}
        return Environment(
            None, self.stdout, stderr, variables, self.stdout_tty, size=size, color=self.color, quiet=self.quiet
        )

    def colored(self, *, tty: bool) -> bool:
        """Whether to write colour to a stream that is, or is not, a terminal."""
        if self.color != "auto":
            return self.color == "always"
        variables = self.variables
        if variables.get("NO_COLOR"):
            return False
        for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
            forced = variables.get(name)
            if forced:
                if forced.lower() not in ("0", "false"):
                    return True
                if name == "FORCE_COLOR":
                    return False
        if variables.get("CLICOLOR") == "0" or variables.get("TERM") == "dumb":
            return False
        return tty

    @property
    def width(self) -> int:
        """Columns of the picture or table: COLUMNS, then the terminal, else 80."""
        return min(self._extent("COLUMNS", 0, 80), MOST_COLUMNS)

    @property
    def height(self) -> int:
        """Lines of the screen: LINES, then the terminal, else 24."""
        return min(self._extent("LINES", 1, 24), MOST_LINES)

    def _extent(self, name: str, axis: int, default: int) -> int:
        extent = self.variables.get(name, "")
        if extent.isdecimal() and extent.isascii() and 0 < int(extent) < 100_000:
            return int(extent)
        return self.size[axis] if self.size and self.size[axis] > 0 else default

    @property
    def _stderr_width(self) -> int:
        """Columns of the terminal behind stderr, which may be another one than stdout's, or the only one."""
        size = self.size or (terminal_size(self.stderr) if self.stderr else None)
        return size[0] if size and size[0] > 0 else self.width

    @property
    def palette_size(self) -> int:
        """How many colours the terminal has that is named by TERM: 16, or the 256 that nearly all have."""
        return 16 if self.variables.get("TERM") in _FEW_COLORS and not self.variables.get("COLORTERM") else 256

    @property
    def draws_unicode(self) -> bool:
        try:
            _DRAWN.encode(getattr(self.stdout, "encoding", None) or "ascii")
        except (UnicodeError, LookupError):
            return False
        return True

    def note(self, message: str) -> None:
        """A note on stderr; each one once, and none with --quiet."""
        if not self.quiet:
            self.error(f"note: {message}")

    def tell(self, problem: Problem) -> None:
        """A note on stderr, or a warning that --quiet does not silence."""
        if problem.level == "note":
            self.note(problem.message)
        else:
            self.error(f"{problem.level}: {problem.message}")

    def warn(self, message: str) -> None:
        """A warning on stderr: what speaks against the result; each one once, and none with --quiet."""
        if not self.quiet:
            self.error(f"warning: {message}")

    def error(self, message: str) -> None:
        """A message on stderr, each one once; --quiet does not silence it."""
        self._erase_progress()
        text = printable_output(message)
        if self.stderr is None or text in self._written:
            return
        self._written.add(text)
        if self.stderr_tty:
            from lrcli.render.safe import wrap_lines  # not above: most runs have nothing to say

            text = wrap_lines(text, self._stderr_width)
        try:
            self.stderr.write(text + "\n")
            self.stderr.flush()
        except (OSError, ValueError):
            self.stderr = None  # nobody listens; the exit code still tells

    def show_progress(self, done: int, total: int, unit: str) -> None:
        """Draw how far long work is, where stderr is a terminal; whatever is written next erases it."""
        if self._line is None:
            if not self.stderr_tty or self.stderr is None or self.quiet or self._hides_progress:
                return
            self._line = ProgressLine(self.stderr)
        self._line(done, total, unit)

    def hide_progress(self) -> None:
        """Erase the progress, and draw no more: from here on the terminal shows something else."""
        self._erase_progress()
        self._line, self._hides_progress = None, True

    def _erase_progress(self) -> None:
        if self._line is not None:
            self._line.erase()

    @property
    def inputs(self) -> Inputs:
        """What the command reads; each file, pipe and stdin once."""
        if self._inputs is None:
            self._inputs = Inputs(self.stdin)
        return self._inputs


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def terminal_size(stream: TextIO) -> tuple[int, int] | None:
    try:
        return tuple(os.get_terminal_size(stream.fileno()))  # type: ignore[return-value]
    except (OSError, ValueError):
        return None


def message_of(exc: Exception) -> str:
    if isinstance(exc, SpecError):
        return str(exc)
    if isinstance(exc, LrcliError):
        return f"lrcli: error: {exc}"
    if isinstance(exc, OSError):
        # what reads or writes a file names it in an error of its own; the rest is stdout
        return f"lrcli: error: {exc.filename or 'cannot write to stdout'}: {exc.strerror or exc}"
    if isinstance(exc, MemoryError):
        return "lrcli: error: not enough memory"
    return f"lrcli: internal error: {type(exc).__name__}: {exc} (set LRCLI_DEBUG=1 for the traceback)"


class ProgressLine:
    """A line such as `lrcli: 3,400,000 of 10,000,000 rows (34%)`, after a second. It counts what it counted first."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + 1.0
        self._unit = ""
        self._drawn = False

    def __call__(self, done: int, total: int, unit: str) -> None:
        self._unit = self._unit or unit
        if unit != self._unit or self._clock() < self._next:
            return
        self._next = self._clock() + 0.2
        self._drawn = True
        share = f" of {total:,} {unit} ({100 * done // total}%)" if total else f" {unit}"
        self._stream.write(f"\r\x1b[Klrcli: {done:,}{share}")
        self._stream.flush()

    def erase(self) -> None:
        """Leave the line empty, as if nothing had been there."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
        self._drawn = False
