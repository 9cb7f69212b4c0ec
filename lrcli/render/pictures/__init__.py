"""Curves as pictures, each format one file.

It states its `ENDINGS` of files, its `SIZES`: the least and the greatest width (and height), and their unit, and which
of the options that only some formats have it `TAKES`. Its `draw(picture)` gives the text, without the newline at its
end, or the bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrcli.errors import LrcliError
from lrcli.render import Formats

PICTURES = Formats("text", package=__name__)

PIXELS = {"width": (240, 10_000, "pixels")}
"""A picture that is drawn in pixels can have these sizes."""


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
