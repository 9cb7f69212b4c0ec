"""Formats whose rows are lines of one form: a pattern with named groups tells all of such a format."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.logs.format import LogFile, LogFormat, Opening
from lrcli.logs.gather import Gathered
from lrcli.logs.line_pattern import pattern_of
from lrcli.logs.text_rows import TextRows


def line_format(name: str, pattern: str, *, word: str, kind: tuple[str, str]) -> LogFormat:
    """The format whose lines have this word in them and the pattern.

    kind: how the program calls the position and the learning rate.
    """

    def recognise(opening: Opening) -> bool:
        return opening.has_line(pattern, word)

    def read(file: LogFile, gathered: Gathered) -> Iterator[str]:
        yield from TextRows(gathered, [pattern_of(pattern, kind)]).read(file)

    return LogFormat(name, recognise, read, order=40)
