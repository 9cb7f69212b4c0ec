"""The knowledge base: one entry for each known reason why a log does not show its schedule, found by the files here."""

from __future__ import annotations

from importlib import import_module

from lrcli.folder import module_names
from lrcli.infer.costs import CAUSE_COSTS
from lrcli.infer.explain.causes.base import Cause

__all__ = ["CAUSES", "Cause", "cause"]

_FILES = (import_module(f"{__name__}.{name}") for name in module_names(__path__) if name != "base")

_BY_KEY: dict[str, Cause] = {entry.key: entry for file in _FILES for entry in file.CAUSES}

CAUSES = tuple(_BY_KEY[key] for key in CAUSE_COSTS)
"""All entries, in the order in which they are tried."""


def cause(key: str) -> Cause:
    """The entry of that name.

    >>> cause("reading").references[0]
    'pytorch #22107'
    """
    return _BY_KEY[key]
