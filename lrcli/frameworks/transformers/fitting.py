"""Curves in the words of transformers: a warmup from 0, a decay that begins where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 1
LOG = r"\{'loss': [^\n{}]*'learning_rate': [^\n{}]*'epoch': "  # the dicts that its Trainer prints

_STABLE = {"line": "linear", "cosine": "cosine", "root": "1-sqrt"}


def spell(shape: Shape) -> Iterator[Words]:
    """The schedules of its Trainer."""
    warmup, end = {"num_warmup_steps": shape.warmup}, {"num_training_steps": shape.end}

    def words(name: str, **keys: Any) -> Words:
        return Words(f"transformers.{name}", {**warmup, **keys})

    if shape.epochs:
        return  # the Trainer counts optimizer steps
    if shape.decay == "cosine" and shape.warmup and shape.from_first_part and shape.floor:
        longer = {"num_warmup_steps": shape.warmup + 1, "num_training_steps": shape.end + 1}
        yield words("cosine_warmup_with_min_lr", **longer, min_lr=shape.floor)
    if (shape.decay in _STABLE and shape.held > 1) or (shape.decay == "root" and shape.from_zero):
        keys = {"num_decay_steps": shape.end - shape.begin, "decay_type": _STABLE[shape.decay], **end}
        keys |= {"min_lr_ratio": shape.floor_share} if shape.floor else {}
        keys |= {} if shape.ramp == "line" else {"warmup_type": shape.ramp}
        yield words("warmup_stable_decay", **keys)
    if not shape.from_zero:
        return
    if shape.decay == "constant" and shape.warmup:
        yield words("constant_with_warmup")
    elif shape.decay == "line" and not shape.floor:
        yield words("linear", **end)
    elif shape.decay in ("line", "power"):
        yield words("polynomial", **end, lr_end=shape.floor, power=shape.power)
    elif shape.decay == "cosine" and not shape.floor:
        yield words("cosine", **end)
    elif shape.decay == "cosine":
        yield words("cosine_with_min_lr", **end, min_lr=shape.floor)
    elif shape.decay == "waves":
        low = {"min_lr": shape.floor} if shape.floor else {}
        yield words("cosine_with_min_lr" if low else "cosine", **end, **low, num_cycles=shape.power / 2)
    elif shape.decay == "restarts" and not (shape.floor or shape.scale or shape.parts):
        yield words("cosine_with_restarts", **end, num_cycles=shape.power)
    elif shape.decay == "inverse" and shape.power == 0.5:
        usual = shape.warmup or 10_000
        yield words("inverse_sqrt", **({} if usual == shape.scale else {"timescale": shape.scale}))
