"""Curves in the words of an lr_config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 7

_POLICIES = {"cosine": "CosineAnnealing", "line": "Poly", "power": "Poly"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its policies: inverse powers of time, and decays with a warmup that multiplies them."""
    keys: dict[str, Any] = {} if shape.epochs else {"by_epoch": False}
    if shape.product and shape.ramp == "line":
        keys |= {"warmup": "linear", "warmup_iters": shape.warmup, "warmup_ratio": shape.start / shape.lr}
        keys |= {"warmup_by_epoch": True} if shape.epochs else {}
    elif shape.warmup:
        return
    if shape.decay == "inverse" and shape.scale:
        yield Words("mmcv.lr_config", {"policy": "Inv", "gamma": 1 / shape.scale, "power": shape.power, **keys})
    elif shape.product and shape.decay in _POLICIES:
        power = {} if shape.decay == "cosine" else {"power": shape.power}
        yield Words("mmcv.lr_config", {"policy": _POLICIES[shape.decay], "min_lr": shape.floor, **power, **keys})
