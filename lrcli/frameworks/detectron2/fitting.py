"""Curves in detectron2's words: a warmup that multiplies a decay whose clock runs meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fitting import Shape, Words

RANK = 3


def spell(shape: Shape) -> Iterator[Words]:
    """Its older classes, which hold the warmup."""
    steps = shape.decay == "steps"
    if not shape.warmup or shape.epochs or shape.ramp != "line" or (not steps and (shape.begin or not shape.product)):
        return
    keys = {"warmup_iters": shape.warmup, "warmup_factor": shape.start / shape.lr}
    if steps:
        yield Words(
            "detectron2.WarmupMultiStepLR",
            {"milestones": shape.milestones, "gamma": shape.power, **keys},
        )
    elif shape.decay == "cosine" and not shape.floor:
        yield Words("detectron2.WarmupCosineLR", {"max_iters": shape.end, **keys})
    elif shape.decay in ("line", "power") and not shape.floor:
        yield Words("detectron2.WarmupPolyLR", {"max_iters": shape.end, "power": shape.power, **keys})
