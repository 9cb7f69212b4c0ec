"""Curves in ignite's words: lines from point to point."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 9


def spell(shape: Shape) -> Iterator[Words]:
    """Its cycles, and its lines, where there are more of them than others have a name for."""
    if (factors := shape.cycle_factors) and factors.top and factors.floor and not shape.warmup:
        keys = {"end_value": shape.floor, "cycle_size": shape.cycles[0].end, "cycle_mult": factors.length}
        changes = {"start_value_mult": factors.top, "end_value_mult": factors.floor}
        yield Words("ignite.CosineAnnealingScheduler", {"start_value": shape.lr, **keys, **changes})
    if shape.parts and len(shape.corners) > 2:
        yield Words("ignite.PiecewiseLinear", {"milestones_values": shape.corners})
