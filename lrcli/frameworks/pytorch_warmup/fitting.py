"""Curves in pytorch_warmup's words: a warmup that multiplies a schedule of PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lrcli.frameworks.fitting import Shape, Words

RANK = 2


def spell(shape: Shape) -> Iterator[Words]:
    """Its warmups; the untuned ones are those of Adam's usual betas."""
    if not shape.product and (shape.decay != "steps" or not shape.warmup):
        return
    alone = replace(shape, warmup=0, start=0.0, ramp="line", begin=0, product=False)
    keys: dict[str, Any] = {} if shape.decay == "constant" else {"lr_scheduler": alone}
    name, period = ("Exponential", shape.warmup) if shape.ramp == "exp" else ("Linear", shape.warmup + 1)
    if shape.ramp == "radam":
        yield Words("pytorch_warmup.RAdamWarmup", keys)
    elif shape.ramp == "exp" or shape.counts_from_one:
        if period == (1000 if shape.ramp == "exp" else 1999):
            yield Words(f"pytorch_warmup.Untuned{name}Warmup", keys)
        yield Words(f"pytorch_warmup.{name}Warmup", {"warmup_period": period, **keys})
