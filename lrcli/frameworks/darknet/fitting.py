"""Curves in darknet's words: a burn-in by a power of the batches done."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 8


def spell(shape: Shape) -> Iterator[Words]:
    """Its burn-in before a constant rate; at step t it has done t + 1 batches."""
    if shape.ramp == "power" and shape.decay == "constant" and not shape.start and not shape.epochs:
        keys = {"burn_in": shape.warmup, "power": shape.climb}
        yield Words("darknet.get_current_rate", keys, ahead=-1)
