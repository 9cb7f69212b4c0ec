"""Where a command's data goes: stdout, or a file that is there in full or not at all."""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType

from lrcli.cli.environment import Environment
from lrcli.errors import LrcliError
from lrcli.printable import printable_output
from lrcli.render import TEXT, Formats, Style
from lrcli.values import dataclass

_TEXTS = ("", ".txt", ".text", ".log", ".out")
"""Files with these endings hold what a command writes where nobody says; other endings it has to know."""
_FOREIGN = (
    ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".eps", ".ps", ".parquet", ".feather",
    ".arrow", ".orc", ".avro", ".xls", ".xlsx", ".ods", ".docx", ".npy", ".npz", ".pkl", ".pickle", ".joblib", ".h5",
    ".hdf5", ".mat", ".pt", ".pth", ".ckpt", ".onnx", ".safetensors", ".db", ".sqlite", ".zip", ".tar", ".tgz", ".gz",
    ".bz2", ".xz", ".zst", ".7z", ".toml", ".xml", ".ini", ".ipynb", ".tex",
)  # fmt: skip
"""Nothing here writes these formats: a file with such an ending would not hold what it promises, whatever --format."""
_OF_A_PROCESS = "/proc/[^/]+(/task/[^/]+)?/fd"


@dataclass
class Output:
    """The target of a command's data, what it is written as, and how one may draw there.

    path: a file, or stdout. wanted: the format that --format names, if it does.
    """

    env: Environment
    path: str | None = None
    formats: Formats = TEXT
    wanted: str | None = None

    def __post_init__(self) -> None:
        self.format = self._chosen_format()

    @property
    def to_file(self) -> bool:
        return self.path not in (None, "-")

    @property
    def tty(self) -> bool:
        """Whether a person looks at it in a terminal."""
        return self.env.stdout_tty and not self.to_file

    def _chosen_format(self) -> str:
        """What --format names, else what the file's ending means, else the command's default.

        Raises LrcliError for a file whose ending promises another format, or nothing that is known here.
        """
        formats = self.formats
        ending = Path(self.path or "").suffix.lower() if self.to_file else ""
        meant = formats.of_ending(ending) if ending else None
        is_plain = ending in _TEXTS or ending[1:].isdecimal()  # t.v1.2 promises nothing
        if meant is None and (ending in _FOREIGN or (self.wanted is None and not is_plain)):
            usual = [ending for name in formats.names for ending in formats.endings(name)[:1]]
            listed = f"{', '.join(usual)} and .txt" if usual else ".txt"
            raise LrcliError(f"cannot write {self.path}: what can be written here is {listed}")
        return self.wanted or meant or (self.tty and formats.on_terminal) or formats.default

    def style(self, digits: int | None = 6) -> Style:
        return Style(digits=digits, color=self.color, width=self.width, ascii=self.ascii)

    @property
    def color(self) -> bool:
        return self.env.color == "always" if self.to_file else self.env.colored(tty=self.env.stdout_tty)

    @property
    def width(self) -> int:
        """Columns to fill. A file is as wide on every terminal."""
        return replace(self.env, size=None).width if self.to_file else self.env.width

    @property
    def height(self) -> int:
        """Lines to fill, one of them left for the prompt."""
        return (replace(self.env, size=None) if self.to_file else self.env).height - 1

    @property
    def ascii(self) -> bool:
        return not self.to_file and not self.env.draws_unicode

    def write(self, chunks: Iterable[str], *, whole: bool = True, paged: bool = False) -> None:
        """Write the text; lines of prose are broken at words where the terminal is narrower.

        `whole` computes all of it before the first byte, so that a failure leaves nothing behind; otherwise it is
        written as it comes. `paged` shows it in a pager where it is longer than the screen.
        """
        if self.to_file:
            self._write_file((chunk.encode() for chunk in self._safe(chunks)), whole=whole)
            return
        if self.tty and self.format in self.formats.prose:
            from lrcli.render.safe import wrap_lines  # not above: a pipe has lines of any length

            chunks = (wrap_lines(chunk, self.width) for chunk in chunks)
        text: Iterable[str] = list(self._safe(chunks)) if whole else self._safe(chunks)
        if self.tty:
            self.env.hide_progress()
        out = self.env.stdout
        if out is None:
            raise LrcliError("cannot write to stdout: it is closed")
        if paged and self.tty:
            from lrcli.cli.pager import show_paged  # not above: it starts processes

            text = show_paged(self.env, text)
        for chunk in text:
            with _trouble("to stdout"):
                out.write(chunk)
        with _trouble("to stdout"):
            out.flush()

    def write_bytes(self, data: bytes) -> None:
        """Write what is no text: to a file, or to whoever reads stdout in a pipe."""
        if self.to_file:
            self._write_file([data], whole=True)
            return
        stream = getattr(self.env.stdout, "buffer", None)
        if self.env.stdout_tty or stream is None:
            raise LrcliError("a terminal shows no such picture: name a file with -o")
        stream.write(data)
        stream.flush()

    def _write_file(self, chunks: Iterable[bytes], *, whole: bool) -> None:
        """Write beside the file, then rename: whoever reads it sees the old content or the new, as a full disk does.

        What cannot be replaced (a pipe, a device, or what a stream of a process already writes to) is written to.
        """
        name = self.path
        if not name:
            raise LrcliError("cannot write: the name of the file is empty")
        with suppress(OSError, ValueError):  # what cannot be looked at is for the writer to tell
            if self.env.inputs.include(Path(name).stat()):
                raise LrcliError(f"cannot write {name}: it is one of the inputs")
        with _trouble(name):
            mode = Path(name).stat().st_mode if Path(name).exists() else None
            if mode is not None and stat.S_ISDIR(mode):
                raise LrcliError(f"cannot write {name}: it is a directory")
            stream = _stream(name, mode)
            if stream is not None or (mode is not None and not stat.S_ISREG(mode)):
                data = list(chunks) if whole else chunks
                # the stream itself, where it is ours: it goes on where it stands, and what it holds is kept
                target = os.dup(stream) if isinstance(stream, int) else os.open(name, os.O_WRONLY | os.O_TRUNC)
                with os.fdopen(target, "wb") as out:
                    out.writelines(data)
                return
            if mode is not None and not os.access(name, os.W_OK):
                raise LrcliError(f"cannot write {name}: it is read-only")
            _replace(Path(os.path.realpath(name)), mode, chunks)  # a symlink stays one

    def _safe(self, chunks: Iterable[str]) -> Iterator[str]:
        """The text without anything that a terminal would obey, beside colours where they are wanted."""
        styled = self.color
        safe = (printable_output(chunk, styled=styled) for chunk in chunks)
        if not styled or self.to_file or self.env.palette_size > 16:
            return safe
        from lrcli.render.palette import in_16_colors

        return map(in_16_colors, safe)


@contextmanager
def _trouble(target: str) -> Iterator[None]:
    """An operating system's error, told of what could not be written; a closed pipe stays what it is."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise LrcliError(f"cannot write {target}: {exc.strerror or exc}") from exc


def _stream(name: str, mode: int | None) -> int | str | None:
    """The descriptor in this process that a name stands for, or the name where it is another's; None for a file."""
    path = Path(os.path.normpath(Path(name).absolute()))
    for _ in range(40):  # /dev/stdout is a link to /proc/self/fd/1
        folder = str(path.parent)
        if folder in ("/dev/fd", "/proc/self/fd", f"/proc/{os.getpid()}/fd") and path.name.isdecimal():
            return int(path.name)
        if re.fullmatch(_OF_A_PROCESS, folder):
            return name
        if not path.is_symlink():
            break
        path = Path(os.path.normpath(path.parent / path.readlink()))
    if mode is not None and stat.S_ISREG(mode):
        for descriptor in (1, 2):
            with suppress(OSError):  # a closed stream
                if os.path.samestat(Path(name).stat(), os.fstat(descriptor)):
                    return descriptor
    return None


def _replace(target: Path, mode: int | None, chunks: Iterable[bytes]) -> None:
    with unwound():
        # a name that nobody else can have, however many write here: equal process ids are common in containers
        part = target.with_name(f".lrcli-{os.urandom(8).hex()}.part")
        try:
            with part.open("xb") as out:
                out.writelines(chunks)
            if mode is not None:
                part.chmod(stat.S_IMODE(mode))
            part.replace(target)
        except FileExistsError:  # somebody else's, whatever the odds
            raise
        except BaseException:  # a signal may come as soon as the file is there
            part.unlink(missing_ok=True)
            raise


class Ended(BaseException):
    """A signal that ends the process, once what must not stay behind is put away."""

    def __init__(self, number: int) -> None:
        self.number = number


@contextmanager
def unwound() -> Iterator[None]:
    """A signal that ends the process leaves the `with` as an exception does, with all its `finally`, and then ends it.

    A signal that is ignored (nohup) stays so, and in a thread that is not the first one nothing changes.
    """
    handled: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        for other in handled:
            signal.signal(other, signal.SIG_IGN)  # what is put away is not left half-way
        raise Ended(number)

    try:
        for name in ("SIGTERM", "SIGHUP", "SIGPIPE", "SIGQUIT", "SIGXCPU"):
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, end)
                handled.append(number)
    except ValueError:  # not the first thread
        pass
    try:
        yield
    except Ended as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise
    finally:
        for number in handled:
            signal.signal(number, signal.SIG_DFL)
