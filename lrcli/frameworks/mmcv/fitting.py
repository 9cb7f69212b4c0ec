"""Curves in the words of an lr_config."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 7
LOG = r" - INFO - (?:Epoch \[\d+\]|Iter )\[\d+/\d+\]\s+lr: |^\{\"mode\": \"train\", \"epoch\": \d+, \"iter\": "

_POLICIES = {
    "constant": "fixed",
    "cosine": "CosineAnnealing",
    "line": "Poly",
    "power": "Poly",
    "inverse": "Inv",
    "exponential": "exp",
    "restarts": "CosineRestart",
}
_WARMUPS = {"line": "linear", "level": "constant", "growth": "exp"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its policies that others do not have: cycles of any length and height, inverse powers of time, and products."""
    if shape.product or shape.parts or (shape.decay == "inverse" and shape.scale):
        yield from spell_own(shape)


def cycle_keys(shape: Shape, floor: float) -> dict[str, tuple[float, ...]]:
    """The lengths of cycles, and their heights above a floor."""
    lengths = tuple(part.end for part in shape.cycles)
    weights = (float(f"{(part.lr - floor) / (shape.lr - floor):.12g}") for part in shape.cycles)
    return {"periods": lengths, "restart_weights": tuple(weights)}


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its policies; a warmup before a constant rate multiplies it as well."""
    keys: dict[str, Any] = {"policy": _POLICIES.get(shape.decay, shape.decay)}
    held = shape.plain and shape.decay in ("constant", "step", "steps")
    if shape.ramp not in _WARMUPS or (shape.warmup and not shape.product and not held):
        return
    if shape.decay == "steps":
        size = shape.by_epoch
        keys |= {"policy": "step", "step": tuple(m // (size or 1) for m in shape.milestones)}
        keys |= {} if shape.power == 0.1 else {"gamma": shape.power}
        by_epoch = bool(size)
    else:
        by_epoch = shape.epochs or (shape.decay == "constant" and bool(shape.per_epoch))
        if shape.decay == "inverse":
            keys |= {"gamma": 1 / shape.scale, "power": shape.power}
        elif shape.decay == "exponential":
            keys["gamma"] = shape.power
        elif shape.decay in ("cosine", "line", "power"):
            keys |= {"min_lr": shape.floor} | ({} if shape.decay == "cosine" else {"power": shape.power})
        elif shape.decay == "restarts" and shape.cycles:
            keys |= cycle_keys(shape, shape.floor) | {"min_lr": shape.floor}
        elif shape.decay != "constant":
            return
    keys |= {} if by_epoch else {"by_epoch": False}
    if shape.warmup:
        keys |= {"warmup": _WARMUPS[shape.ramp], "warmup_iters": shape.warmup, "warmup_ratio": shape.start_factor}
        keys |= {"warmup_by_epoch": True} if shape.epochs else {}
    yield Words("mmcv.lr_config", keys)
