"""Curves in fairseq's words."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 7


def spell(shape: Shape) -> Iterator[Words]:
    """Its inverse square root, whose warmup may begin above 0, and its warmup by (t + 1) / W."""
    if shape.decay == "constant" and shape.warmup and shape.held == 1 and shape.counts_from_one:
        yield Words("fairseq.fixed", {"warmup_updates": shape.begin})
    if shape.decay == "inverse" and shape.power == 0.5 and shape.plain and shape.scale == shape.warmup and shape.start:
        yield Words("fairseq.inverse_sqrt", {"warmup_updates": shape.warmup, "warmup_init_lr": shape.start})
