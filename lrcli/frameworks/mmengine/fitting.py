"""Curves in the words of a param_scheduler: a LinearLR whose last step is the warmup's end, then one other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 9
LOG = r" - mmengine - INFO - | mmengine +INFO "


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its list of schedulers."""
    if shape.ramp != "line" or shape.product:
        return
    clock: dict[str, Any] = {} if shape.epochs else {"by_epoch": False}
    parts: list[dict[str, Any]] = []
    if shape.warmup:
        parts.append({"type": "LinearLR", "start_factor": shape.start / shape.lr, "end": shape.warmup + 1, **clock})
    span = {"begin": shape.begin, "end": shape.end, **clock} if shape.begin else {"end": shape.end, **clock}
    if shape.decay == "steps":
        size = shape.by_epoch
        milestones = tuple(m // (size or 1) for m in shape.milestones)
        parts.append({"type": "MultiStepLR", "milestones": milestones, "gamma": shape.power, **({} if size else clock)})
    elif shape.decay == "cosine":
        size = shape.end - shape.begin
        parts.append({"type": "CosineAnnealingLR", "T_max": size, "eta_min": shape.floor, **span})
    elif shape.decay in ("line", "power"):
        span["end"] += 1  # PolyLR is at eta_min one step before its end
        parts.append({"type": "PolyLR", "eta_min": shape.floor, "power": shape.power, **span})
    elif shape.decay != "constant":
        return
    if parts:
        yield Words("mmengine.param_scheduler", {"schedulers": tuple(parts)})
