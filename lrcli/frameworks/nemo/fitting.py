"""Curves in NeMo's words: a warmup by (t + 1) / (W + 1), then a policy until max_steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 8

_POLICIES = {"cosine": "CosineAnnealing", "line": "PolynomialDecayAnnealing", "power": "PolynomialDecayAnnealing"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its policies with a warmup."""
    if not shape.warmup or not shape.from_first_part or shape.epochs:
        return
    keys: dict[str, Any] = {"warmup_steps": shape.warmup}
    if shape.decay == "constant":
        yield Words("nemo.WarmupPolicy", keys)
    elif shape.decay in _POLICIES:
        power = {"power": shape.power} if shape.decay == "power" else {}
        keys |= {"max_steps": shape.end, "min_lr": shape.floor, **power}
        yield Words(f"nemo.{_POLICIES[shape.decay]}", keys)
    elif shape.decay == "inverse" and shape.power == 0.5 and shape.scale == shape.warmup + 1 and shape.end:
        yield Words("nemo.InverseSquareRootAnnealing", {**keys, "max_steps": shape.end})
