"""Curves in NeMo's words: a warmup by (t + 1) / (W + 1), then a policy until max_steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 8

_FACTORS = (1.0, 2.0, 0.5, 5.0, 0.2, 10.0, 0.1)
"""What people give as the learning rate that NoamAnnealing multiplies."""

_POLICIES = {"cosine": "CosineAnnealing", "line": "PolynomialDecayAnnealing", "power": "PolynomialDecayAnnealing"}

_HOLDS = {"line": "WarmupHoldAnnealLinear", "root": "WarmupHoldAnnealOneMinusSquareRoot"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its policies with a warmup."""
    yield from _noam(shape)
    if not shape.warmup or not shape.counts_from_one or shape.epochs:
        return
    keys: dict[str, Any] = {"warmup_steps": shape.warmup}
    if shape.decay in _HOLDS and shape.held:
        hold = {"hold_steps": shape.held, "max_steps": shape.end, "min_lr": shape.floor}
        yield Words(f"nemo.{_HOLDS[shape.decay]}", {**keys, **hold})
    if not shape.plain:
        return
    if shape.decay == "constant":
        yield Words("nemo.WarmupPolicy", keys)
    elif shape.decay in _POLICIES:
        power = {"power": shape.power} if shape.decay == "power" else {}
        keys |= {"max_steps": shape.end, "min_lr": shape.floor, **power}
        yield Words(f"nemo.{_POLICIES[shape.decay]}", keys)
    elif shape.decay == "inverse" and shape.power == 0.5 and shape.scale == shape.warmup + 1 and shape.end:
        yield Words("nemo.InverseSquareRootAnnealing", {**keys, "max_steps": shape.end})


def _noam(shape: Shape) -> Iterator[Words]:
    """lr * d_model ** -0.5 * min(t ** -0.5, t * W ** -1.5), where the width of the model is 1 or a multiple of 16."""
    if shape.decay != "inverse" or shape.power != 0.5 or not shape.from_zero or not 0 < shape.warmup == shape.scale:
        return
    for factor in _FACTORS:
        width = (factor / shape.lr) ** 2 / shape.warmup
        whole = 16 * round(width / 16) or 1
        if abs(width - whole) < 1e-4 * whole:
            yield Words("nemo.NoamAnnealing", {"d_model": whole, "warmup_steps": shape.warmup}, lr=factor)
