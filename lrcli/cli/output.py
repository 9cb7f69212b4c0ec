"""Where a command's data goes: stdout, or a file that is there in full or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from lrcli.cli.environment import Environment
from lrcli.errors import LrcliError

_ENDINGS = {".csv": "csv", ".tsv": "tsv", ".json": "json", ".jsonl": "jsonl", ".md": "markdown"}


@dataclass(frozen=True)
class Output:
    """The target of a command's data, and how one may draw there."""

    env: Environment
    path: str | None = None

    @property
    def to_file(self) -> bool:
        """Whether the data goes to a file."""
        return self.path not in (None, "-")

    @property
    def tty(self) -> bool:
        """Whether a person looks at it in a terminal."""
        return self.env.stdout_tty and not self.to_file

    def format(self, among: Collection[str]) -> str | None:
        """The format that the file's ending asks for, if it is among these."""
        named = _ENDINGS.get(Path(self.path or "").suffix.lower())
        return named if named in among else None

    @property
    def color(self) -> bool:
        """Whether to write colour."""
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
        """Whether only ASCII can be written."""
        return not self.to_file and not self.env.draws_unicode

    def write(self, chunks: Iterable[str], *, whole: bool = True) -> None:
        """Write the text. `whole` computes all of it before the first byte, so that a failure leaves nothing behind;
        otherwise it is written as it comes.
        """
        if self.to_file:
            assert self.path is not None
            _write_file(self.path, chunks)
            return
        text: Iterable[str] = list(chunks) if whole else chunks
        out = self.env.stdout
        if out is None:
            raise LrcliError("cannot write to stdout: it is closed")
        for chunk in text:
            _write(out, chunk)
        try:
            out.flush()
        except BrokenPipeError:
            raise
        except OSError as exc:
            raise LrcliError(f"cannot write to stdout: {exc.strerror}") from exc


def _write(out: TextIO, chunk: str) -> None:
    try:
        out.write(chunk)
    except BrokenPipeError:
        raise
    except OSError as exc:
        raise LrcliError(f"cannot write to stdout: {exc.strerror}") from exc


def _write_file(name: str, chunks: Iterable[str]) -> None:
    """Write beside the file, then rename: whoever reads it sees the old content or the new, and so does a full disk."""
    target = Path(os.path.realpath(name))  # a symlink stays one
    try:
        mode = target.stat().st_mode if target.exists() else None
        if mode is not None and stat.S_ISDIR(mode):
            raise LrcliError(f"cannot write {name}: it is a directory")
        if mode is not None and not stat.S_ISREG(mode):  # a device or a pipe can only be written to
            with target.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(chunks)
            return
        if mode is not None and not os.access(target, os.W_OK):
            raise LrcliError(f"cannot write {name}: it is read-only")
        _replace(target, mode, chunks)
    except OSError as exc:
        raise LrcliError(f"cannot write {name}: {exc.strerror or exc}") from exc


def _replace(target: Path, mode: int | None, chunks: Iterable[str]) -> None:
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    done = False
    try:
        # "x": two processes may write the same file, each of them through a file of its own
        with part.open("x", encoding="utf-8", newline="\n") as out:
            out.writelines(chunks)
        if mode is not None:
            part.chmod(stat.S_IMODE(mode))
        part.replace(target)
        done = True
    finally:
        if not done:
            part.unlink(missing_ok=True)
