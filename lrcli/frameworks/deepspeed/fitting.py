"""Curves in DeepSpeed's words: a warmup by logarithm or line whose first step comes twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 4


def spell(shape: Shape) -> Iterator[Words]:
    """Its warmups, each a step behind a clock that begins at the first batch."""
    held = int(shape.ramp == "log" and shape.decay == "line")
    if not shape.warmup or shape.epochs or shape.begin != shape.warmup + held or shape.product:
        return
    if shape.ramp not in ("log", "line"):
        return
    # by logarithm the top is reached one batch earlier than the warmup is long
    steps = shape.warmup + (shape.ramp == "log")
    for ahead in (1, 0):
        keys: dict[str, Any] = {"warmup_num_steps": steps}
        if shape.ramp == "line":
            keys["warmup_type"] = "linear"
        if shape.decay == "constant":
            yield Words("deepspeed.WarmupLR", {"warmup_min_lr": shape.start, **keys}, ahead)
        elif shape.decay == "line" and not shape.floor:
            low = {"warmup_min_lr": shape.start, "warmup_max_lr": shape.lr}
            yield Words("deepspeed.WarmupDecayLR", {"total_num_steps": shape.end, **low, **keys}, ahead)
        elif shape.decay == "cosine":
            ratios = {"warmup_min_ratio": shape.start / shape.lr, "cos_min_ratio": shape.floor / shape.lr}
            total = shape.end + (shape.ramp == "log")
            yield Words("deepspeed.WarmupCosineLR", {"total_num_steps": total, **keys, **ratios}, ahead)
