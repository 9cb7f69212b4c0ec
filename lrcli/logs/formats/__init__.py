"""The formats of logs: one file each, found by its being in this folder; those of one form are rows of `lines`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from lrcli.folder import module_names
from lrcli.logs.format import LogFormat, Opening


@cache
def log_formats() -> tuple[LogFormat, ...]:
    """Every format, in the order in which they are asked."""
    modules = [import_module(f"{__name__}.{name}") for name in module_names(__path__)]
    formats = [known for module in modules for known in getattr(module, "FORMATS", None) or (module.FORMAT,)]
    return tuple(sorted(formats, key=lambda known: (known.order, known.name)))


def format_of(opening: Opening) -> LogFormat | None:
    """The format of a file that begins like this, None if it is no log."""
    return next((known for known in log_formats() if known.recognise(opening)), None)
