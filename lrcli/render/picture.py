"""What is asked of a picture, whatever draws it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.reader import Declared
    from lrcli.series import Series


@dataclass(frozen=True)
class Look:
    """What a user asks of a picture's looks; None is the format's own choice.

    columns, lines: the terminal's size. ascii, color: whether only ASCII can be drawn there, and whether in colour.
    """

    title: str | None = None
    log: bool = False
    width: int | None = None
    height: int | None = None
    theme: str | None = None
    scale: float | None = None
    columns: int = 80
    lines: int = 23
    ascii: bool = False
    color: bool = False


@dataclass(frozen=True)
class Picture:
    """The runs to draw, each under the name that `curve_names` gives it, and what to say of them.

    Of each its `reading` is drawn, of all its parameter groups. ranges: the rows (start, stop) to draw of each run, in
    its own rows; None is all. percent: whether runs of different lengths lie over each other, each from 0 to 100.
    declared: what the specs were read from.
    """

    runs: Sequence[Series]
    look: Look = Look()
    ranges: Sequence[tuple[int, int]] | None = None
    percent: bool = False
    notes: Sequence[str] = ()
    declared: Sequence[Declared] = ()
