"""A linear warmup, then linearly to 0."""

from __future__ import annotations

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_text
from lrcli.frameworks.transformers.linear import TransformersLinear
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersLinear(Diffusers, TransformersLinear):
    """Warm up linearly from 0 to the base LR, then fall linearly to 0 and stay there: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, (num_training_steps - t) / max(1, num_training_steps - num_warmup_steps))

    >>> linear = DiffusersLinear(num_warmup_steps=2, num_training_steps=10)
    >>> [linear.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 11)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.0]

    Source: diffusers.optimization.get_linear_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.linear"
    unused = ("num_cycles", "power", "step_rules")

    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()
