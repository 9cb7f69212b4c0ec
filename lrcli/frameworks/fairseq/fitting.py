"""Curves in fairseq's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 7


def spell(shape: Shape) -> Iterator[Words]:
    """Its inverse square root, whose warmup may begin above 0, its warmup by (t + 1) / W, and its restarts."""
    factors = shape.cycle_factors
    if (
        factors
        and factors.top
        and (not shape.floor or factors.floor == factors.top)
        and shape.plain
        and not shape.epochs
    ):
        keys: dict[str, Any] = {"lr_period_updates": shape.cycles[0].end}
        keys |= {"t_mult": factors.length, "lr_shrink": factors.top}
        keys |= {"min_lr": shape.floor} if shape.floor else {}
        keys |= {"warmup_updates": shape.warmup, "warmup_init_lr": shape.start} if shape.warmup else {}
        yield Words("fairseq.cosine", keys)
    if shape.decay == "constant" and shape.warmup and shape.held == 1 and shape.counts_from_one:
        yield Words("fairseq.fixed", {"warmup_updates": shape.begin})
    if shape.decay == "inverse" and shape.power == 0.5 and shape.plain and shape.scale == shape.warmup and shape.start:
        yield Words("fairseq.inverse_sqrt", {"warmup_updates": shape.warmup, "warmup_init_lr": shape.start})
