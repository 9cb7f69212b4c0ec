"""Curves in timm's words: a linear warmup that hides the beginning of the decay, or stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 2

_CYCLES = {"cosine": "CosineLRScheduler", "line": "PolyLRScheduler", "power": "PolyLRScheduler"}
_STABLE = {"line": "linear", "cosine": "cosine", "root": "1-sqrt"}


def spell(shape: Shape) -> Iterator[Words]:
    """Its schedulers, with the clock running during the warmup or after it."""
    if shape.ramp != "line" or shape.product:
        return
    keys: dict[str, Any] = {}
    if shape.warmup:
        keys |= {"warmup_t": shape.warmup, "warmup_lr_init": shape.start}
    if not shape.epochs:
        keys["t_in_epochs"] = False
    if shape.decay in _STABLE and shape.held > 1:
        size, decay = shape.end - shape.warmup, shape.end - shape.begin
        keys |= {"t_initial": size, "decay_t": decay, "decay_fn": _STABLE[shape.decay], "lr_min": shape.floor}
        yield Words("timm.WSDLRScheduler", keys)
    if shape.begin not in (0, shape.warmup):
        return
    prefix = {"warmup_prefix": True} if shape.warmup and shape.begin == shape.warmup else {}
    size = shape.end - shape.begin
    if shape.decay in _CYCLES and size > 0:
        power = {} if shape.decay == "cosine" else {"power": shape.power}
        name = f"timm.{_CYCLES[shape.decay]}"
        yield Words(name, {"t_initial": size, "lr_min": shape.floor, **power, **keys, **prefix})
    elif shape.decay == "root" and shape.begin == shape.warmup:
        yield Words("timm.WSDLRScheduler", {"t_initial": size, "decay_t": size, "lr_min": shape.floor, **keys})
    elif shape.decay == "exponential" and shape.warmup and not shape.begin:
        keys |= {"decay_t": 1, "decay_rate": shape.power, "warmup_prefix": False}
        yield Words("timm.StepLRScheduler", keys)
    elif shape.decay == "steps" and shape.warmup and not shape.begin:
        keys |= {"decay_t": tuple(m + 1 for m in shape.milestones), "decay_rate": shape.power, "warmup_prefix": False}
        yield Words("timm.MultiStepLRScheduler", keys)
