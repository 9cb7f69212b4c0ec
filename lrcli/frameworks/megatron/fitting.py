"""Curves in Megatron's words: a warmup from init_lr, then a style until lr_decay_steps, warmup included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 9
LOG = r" iteration +\d+/ +\d+ \| (?:consumed samples|elapsed time per iteration)"

_STYLES = {"constant": "constant", "line": "linear", "cosine": "cosine"}


def spell_own(shape: Shape) -> Iterator[Words]:
    """Its scheduler, counted in updates."""
    if shape.decay not in _STYLES or not shape.plain or shape.epochs:
        return
    keys: dict[str, Any] = {"lr_warmup_steps": shape.warmup, "lr_decay_style": _STYLES[shape.decay]}
    if shape.start:
        keys["init_lr"] = shape.start
    if shape.decay != "constant":
        keys |= {"lr_decay_steps": shape.end, "min_lr": shape.floor}
    yield Words("megatron.OptimizerParamScheduler", keys)
