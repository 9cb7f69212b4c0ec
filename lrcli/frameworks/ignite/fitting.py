"""Curves in ignite's words: lines from point to point."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 9


def spell(shape: Shape) -> Iterator[Words]:
    """Its lines, where there are more of them than others have a name for."""
    if shape.parts and len(shape.corners) > 2:
        yield Words("ignite.PiecewiseLinear", {"milestones_values": shape.corners})
