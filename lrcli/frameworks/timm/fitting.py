"""Curves in timm's words: a linear warmup that hides the beginning of the decay, or stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 2
LOG = r"\bTrain: +\d+ \[ *\d+/\d+ \( *\d+%\)\].* LR: |^epoch,train_loss,eval_loss,eval_(?:top|prec)1,"

_CYCLES = {
    "cosine": "CosineLRScheduler",
    "line": "PolyLRScheduler",
    "power": "PolyLRScheduler",
    "tanh": "TanhLRScheduler",
}
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
    if (shape.decay in _STABLE and shape.held > 1) or (shape.decay == "root" and shape.begin == shape.warmup):
        size, decay = shape.end - shape.warmup, shape.end - shape.begin
        keys |= {"t_initial": size, "decay_t": decay, "decay_fn": _STABLE[shape.decay], "lr_min": shape.floor}
        yield Words("timm.WSDLRScheduler", keys)
    if shape.begin not in (0, shape.warmup):
        return
    prefix = {"warmup_prefix": True} if shape.warmup and shape.begin == shape.warmup else {}
    size = shape.end - shape.begin
    if (factors := shape.cycle_factors) and factors.top and factors.floor == 1:
        cycles = {"t_initial": shape.cycles[0].end, "cycle_mul": factors.length, "cycle_decay": factors.top}
        limit = {"cycle_limit": len(shape.cycles), "lr_min": shape.floor}
        yield Words("timm.CosineLRScheduler", {**cycles, **limit, **keys, **prefix})
    elif shape.decay in _CYCLES and size > 0:
        power = {"power": shape.power} if shape.decay in ("line", "power") else {}
        name = f"timm.{_CYCLES[shape.decay]}"
        yield Words(name, {"t_initial": size, "lr_min": shape.floor, **power, **keys, **prefix})
    elif shape.warmup and not shape.begin:
        yield from _stepped(shape, {**keys, "warmup_prefix": False})


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its steps without a warmup, too."""
    if not shape.begin and not shape.warmup:
        yield from _stepped(shape, {} if shape.epochs else {"t_in_epochs": False})


def _stepped(shape: Shape, keys: dict[str, Any]) -> Iterator[Words]:
    if shape.decay == "exponential" or (shape.decay == "steps" and shape.scale):
        size = int(shape.scale) or 1
        yield Words("timm.StepLRScheduler", {"decay_t": size, "decay_rate": shape.power, **keys})
    elif shape.decay == "steps":
        milestones = tuple(m + 1 for m in shape.milestones)
        yield Words("timm.MultiStepLRScheduler", {"decay_t": milestones, "decay_rate": shape.power, **keys})
