"""Curves in Keras's words."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 6


def spell(shape: Shape) -> Iterator[Words]:
    """Its decays without a warmup."""
    if shape.warmup:
        return
    if shape.decay == "inverse" and shape.power == 1 and shape.scale:
        for steps in (shape.scale, 1):
            keys = {"decay_steps": steps, "decay_rate": steps / shape.scale}
            yield Words("keras.InverseTimeDecay", keys)
            yield Words("keras.InverseTimeDecay", {**keys, "dtype": "float64"})
    elif shape.decay in ("line", "power") and (shape.floor or shape.decay == "power"):
        keys = {"decay_steps": shape.end, "end_learning_rate": shape.floor, "power": shape.power}
        yield Words("keras.PolynomialDecay", keys)
        yield Words("keras.PolynomialDecay", {**keys, "dtype": "float64"})
