"""Curves in Keras's words."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words, decays_of

RANK = 6


def spell(shape: Shape) -> Iterator[Words]:
    """Its decays without a warmup."""
    if shape.warmup:
        return
    if shape.parts:
        yield from _restarts(shape)
    if len(shape.levels) > 1:
        boundaries = tuple(m - 1 for m in shape.milestones)
        for dtype in ("float32", "float64"):
            pieces = {"boundaries": boundaries, "values": shape.levels, "dtype": dtype}
            yield Words("keras.PiecewiseConstantDecay", pieces)
    if shape.decay == "inverse" and shape.power == 1 and shape.scale:
        for steps in (shape.scale, 1):
            keys = {"decay_steps": steps, "decay_rate": steps / shape.scale}
            yield Words("keras.InverseTimeDecay", keys)
            yield Words("keras.InverseTimeDecay", {**keys, "dtype": "float64"})
    elif shape.decay in ("line", "power") and (shape.floor or shape.decay == "power"):
        keys = {"decay_steps": shape.end, "end_learning_rate": shape.floor, "power": shape.power}
        yield Words("keras.PolynomialDecay", keys)
        yield Words("keras.PolynomialDecay", {**keys, "dtype": "float64"})


def spell_single(shape: Shape) -> Iterator[Words]:
    """Its half cosine, which may begin with a warmup, its restarts, and its exponential."""
    if not shape.plain:
        return
    yield from _restarts(shape)
    if shape.decay == "cosine":
        keys = {"decay_steps": shape.end - shape.begin, "alpha": shape.floor_share}
        warmed = {"initial_learning_rate": shape.start, "warmup_target": shape.lr, "warmup_steps": shape.warmup}
        yield Words("keras.CosineDecay", {**keys, **warmed} if shape.warmup else keys)
    elif shape.decay == "exponential" and not shape.warmup:
        for steps, rate in decays_of(shape.power):
            yield Words("keras.ExponentialDecay", {"decay_steps": steps, "decay_rate": rate})


def _restarts(shape: Shape) -> Iterator[Words]:
    """Its cycles, whose heights above one floor shrink by a factor."""
    if (factors := shape.cycle_factors) and factors.height and factors.floor == 1 and not shape.warmup:
        keys = {"first_decay_steps": shape.cycles[0].end, "t_mul": factors.length, "m_mul": factors.height}
        for dtype in ("float32", "float64"):
            yield Words("keras.CosineDecayRestarts", {**keys, "alpha": shape.floor_share, "dtype": dtype})
