"""Curves in axolotl's words: a warmup by the square of the step."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 5


def spell(shape: Shape) -> Iterator[Words]:
    """Its cosine under that warmup."""
    squared = shape.ramp == "power" and shape.climb == 2 and not shape.start and shape.begin == shape.warmup
    if squared and shape.decay == "cosine" and not shape.floor and not shape.epochs:
        keys = {"num_warmup_steps": shape.warmup, "num_training_steps": shape.end}
        yield Words("axolotl.lr_quadratic_warmup", keys)
