"""Curves in detectron2's words: a warmup that multiplies a decay whose clock runs meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 3
LOG = r"\b(?:d2|detectron2)\.utils\.events\b"

_NAMES = {"constant": "WarmupMultiStepLR", "steps": "WarmupMultiStepLR", "cosine": "WarmupCosineLR"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its older classes, which multiply with the warmup, and its solver where the warmup ends on the decay."""
    if shape.meets:
        yield from spell_own(shape)
    steps = shape.decay == "steps" and not shape.scale
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


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its solver; a cosine begins after the warmup only where the interval is rescaled."""
    late = shape.decay == "cosine" and not shape.plain and not shape.meets
    if not shape.warmup or shape.ramp != "line" or shape.epochs or late or shape.decay not in _NAMES:
        return
    keys: dict[str, Any] = {"WARMUP_ITERS": shape.warmup, "WARMUP_FACTOR": float(f"{shape.start / shape.lr:.9g}")}
    if shape.decay == "cosine":
        keys |= {"BASE_LR_END": shape.floor} if shape.meets else {"BASE_LR_END": shape.floor, "RESCALE_INTERVAL": True}
    else:
        keys |= {"STEPS": shape.milestones, "GAMMA": shape.power if shape.milestones else 0.1}
    solver = {"LR_SCHEDULER_NAME": _NAMES[shape.decay], "MAX_ITER": shape.end, "BASE_LR": shape.lr}
    yield Words("detectron2.build_lr_scheduler", {**solver, **keys})
