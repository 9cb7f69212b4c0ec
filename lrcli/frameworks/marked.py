"""Schedules that say at which positions they jump or bend, and what people read there."""

from __future__ import annotations

from lrcli.schedules import Schedule
from lrcli.schedules.turns import next_turn as next_turn

Marked = Schedule


def first(*steps: int | None) -> int | None:
    """Return the least of these steps; None stands for no step."""
    return min((step for step in steps if step is not None), default=None)
