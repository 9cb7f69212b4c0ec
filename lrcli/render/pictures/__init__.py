"""Curves as pictures, each format one file.

It states its `ENDINGS` of files, its `SIZES`: the least and the greatest width (and height), and their unit, and which
of the options that only some formats have it `TAKES`. Its `draw(picture)` gives the text, without the newline at its
end, or the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lrcli.errors import LrcliError
from lrcli.render import Formats
from lrcli.values import dataclass

if TYPE_CHECKING:
    from lrcli.reader import Declared
    from lrcli.series import Series

PICTURES = Formats("text", package=__name__)

PIXELS = {"width": (240, 10_000, "pixels")}
"""A picture that is drawn in pixels can have these sizes."""


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


def check_options(name: str, options: Mapping[str, Any]) -> None:
    """Raise LrcliError for an option that the format does not take, or a size that it cannot have."""
    format = PICTURES.module(name)
    for option in ("scale", "theme", "ascii"):
        if options[option] and option not in format.TAKES:
            takers = [other for other in PICTURES.names if option in PICTURES.module(other).TAKES]
            raise LrcliError(f"--{option} is for {', '.join(takers)}, not for {name}")
    scale = options["scale"]
    if scale is not None and not 0.1 <= scale <= 10:
        raise LrcliError(f"--scale wants a number from 0.1 to 10. Received: {scale!r}")
    for side, (least, most, unit) in format.SIZES.items():
        size = options[side]
        if size is not None and not least <= size <= most:
            raise LrcliError(f"--{side} of {name} is from {least} to {most} {unit}. Received: {size}")
