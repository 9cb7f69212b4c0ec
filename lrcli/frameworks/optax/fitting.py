"""Curves in optax's words, for a log of single-precision values."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words, decays_of

RANK = 6


def spell_single(shape: Shape) -> Iterator[Words]:
    """Its decays, and those of them that it has with a warmup; the power of a polynomial may be an int or a float."""
    if shape.ramp != "line" or shape.product:
        return
    size, floor = shape.end - shape.begin, shape.floor
    warmed = {"init_value": shape.start, "warmup_steps": shape.warmup}
    if shape.decay == "cosine" and shape.plain:
        if shape.warmup:
            yield Words("optax.warmup_cosine_decay_schedule", {**warmed, "decay_steps": shape.end, "end_value": floor})
        else:
            yield Words("optax.cosine_decay_schedule", {"decay_steps": size, "alpha": shape.floor_share})
    elif shape.decay in ("line", "power") and not shape.warmup:
        keys = {"end_value": floor, "transition_steps": size, "transition_begin": shape.begin}
        if shape.decay == "line":
            yield Words("optax.linear_schedule", keys)
            return
        powers = (int(shape.power), float(shape.power)) if shape.power % 1 == 0 else (shape.power,)
        yield from (Words("optax.polynomial_schedule", {**keys, "power": power}) for power in powers)
    elif shape.decay == "exponential":
        for steps, rate in decays_of(shape.power):
            keys = {"transition_steps": steps, "decay_rate": rate}
            if shape.warmup and shape.plain:
                yield Words("optax.warmup_exponential_decay_schedule", {**warmed, **keys})
            elif not shape.warmup:
                yield Words("optax.exponential_decay", {**keys, "transition_begin": shape.begin})
