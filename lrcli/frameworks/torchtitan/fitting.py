"""Curves in torchtitan's words: a warmup by (t + 1) / W, a stable phase with one virtual step, a decay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 5

_TYPES = {"line": "linear", "root": "sqrt", "cosine": "cosine"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its schedule, in which the decay begins one step after the warmup is at the top, or later."""
    if not shape.warmup or not shape.counts_from_one or shape.held < 1 or shape.decay not in _TYPES:
        return
    keys: dict[str, Any] = {"warmup_steps": shape.warmup + 1, "total_steps": shape.end}
    if shape.held > 1:
        keys["decay_ratio"] = float(f"{(shape.end - shape.begin) / shape.end:.9g}")
    if shape.decay != "line":
        keys["decay_type"] = _TYPES[shape.decay]
    if shape.floor:
        keys["min_lr_factor"] = shape.floor_share
    yield Words("torchtitan.lr_scheduler", keys)
