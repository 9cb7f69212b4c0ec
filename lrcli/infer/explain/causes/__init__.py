"""The knowledge base: one entry for each known reason why a log does not show its schedule."""

from __future__ import annotations

from lrcli.infer.explain.causes import after, changed, clock, factor, glitch, replays, schedule, warmups
from lrcli.infer.explain.causes.base import Cause

__all__ = ["CAUSES", "Cause", "cause"]

_ROOMS = (replays, clock, after, factor, schedule, warmups, glitch, changed)

CAUSES: tuple[Cause, ...] = tuple(entry for room in _ROOMS for entry in room.CAUSES)
"""All entries; of two that explain the same at the same cost, the earlier one is named first."""

_BY_KEY = {entry.key: entry for entry in CAUSES}


def cause(key: str) -> Cause:
    """The entry of that name.

    >>> cause("reading").references[0]
    'pytorch #22107'
    """
    return _BY_KEY[key]
