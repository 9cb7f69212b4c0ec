"""Curves in darknet's words: a burn-in by a power of the batches done."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 8


def spell(shape: Shape) -> Iterator[Words]:
    """Its burn-in before a constant rate, and its restarts; at step t it has done t + 1 batches."""
    factors = shape.cycle_factors
    if factors and not factors.length % 1 and not shape.parts and not shape.warmup and not shape.epochs:
        cycles = {"sgdr_cycle": shape.cycles[0].end, "sgdr_mult": int(factors.length), "learning_rate_min": shape.floor}
        yield Words("darknet.get_current_rate", {"policy": "sgdr", **cycles})
    if shape.ramp == "power" and shape.decay == "constant" and not shape.start and not shape.epochs:
        keys = {"burn_in": shape.warmup, "power": shape.climb}
        yield Words("darknet.get_current_rate", keys, ahead=-1)
