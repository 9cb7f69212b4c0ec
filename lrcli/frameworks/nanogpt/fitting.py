"""Curves in nanoGPT's words: a warmup by (t + 1) / (warmup_iters + 1), then half a cosine."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 3


def spell(shape: Shape) -> Iterator[Words]:
    """Its get_lr()."""
    if shape.decay == "cosine" and shape.warmup and shape.from_first_part and not shape.epochs:
        keys = {"warmup_iters": shape.warmup, "lr_decay_iters": shape.end, "min_lr": shape.floor}
        yield Words("nanogpt.get_lr", keys)
