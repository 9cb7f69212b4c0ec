"""A linear warmup, then the base LR."""

from __future__ import annotations

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_steps, unused_text
from lrcli.frameworks.transformers.constant_with_warmup import TransformersConstantWithWarmup
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersConstantWithWarmup(Diffusers, TransformersConstantWithWarmup):
    """Warm up linearly from 0 to the base LR, and keep it: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr                                     from there on

    >>> [DiffusersConstantWithWarmup(num_warmup_steps=4).lr_at(t, base_lr=0.1) for t in (0, 1, 4, 9)]
    [0.0, 0.025, 0.1, 0.1]

    Source: diffusers.optimization.get_constant_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.constant_with_warmup"
    unused = ("num_cycles", "power", "step_rules")

    num_training_steps: float | None = unused_steps()
    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()
