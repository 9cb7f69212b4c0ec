"""Values -> text and pictures. Each writer takes a value and yields text; the library writes nothing itself."""

from __future__ import annotations

from lrcli.values import dataclass

MOST_COLUMNS, MOST_LINES = 2_000, 1_000
"""A picture of characters is at most so large, whoever asks for it: an option, a variable or the terminal."""


@dataclass(frozen=True)
class Style:
    """How a writer for people may draw. Writers for programs ignore it.

    digits: significant digits of a number; None is all of them.
    width: the columns of the terminal; text wraps to it, numbers are never cut.
    """

    digits: int | None = 6
    color: bool = False
    width: int = 80
    ascii: bool = False
