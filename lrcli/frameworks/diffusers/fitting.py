"""Curves in the words of diffusers: steps of any size."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 5


def spell(shape: Shape) -> Iterator[Words]:
    """Its one schedule that transformers does not have."""
    if shape.parts and len(shape.levels) > 1 and not shape.epochs:
        factors = [f"{level / shape.lr:.12g}" for level in shape.levels]
        rules = [f"{factor}:{step}" for factor, step in zip(factors, shape.milestones, strict=False)]
        yield Words("diffusers.piecewise_constant", {"step_rules": ",".join([*rules, factors[-1]])})
