"""The formats of logs: one file each, found by its being in this folder."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lrcli.folder import module_names
from lrcli.logs.format import LogFormat, Opening


@cache
def log_formats() -> tuple[LogFormat, ...]:
    """Every format, in the order in which they are asked."""
    formats = [import_module(f"{__name__}.{name}").FORMAT for name in module_names(__path__)]
    return tuple(sorted(formats, key=lambda known: (known.order, known.name)))


def format_of(opening: Opening) -> LogFormat | None:
    """The format of a file that begins like this, None if it is no log."""
    return next((known for known in log_formats() if known.recognise(opening)), None)
