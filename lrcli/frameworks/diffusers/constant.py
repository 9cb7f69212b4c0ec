"""The base LR throughout."""

from __future__ import annotations

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_steps, unused_text
from lrcli.frameworks.transformers.constant import TransformersConstant
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersConstant(Diffusers, TransformersConstant):
    """Keep the base LR, whatever the warmup.

    lr(t) = base_lr

    The training scripts of diffusers give it a warmup of 500 steps: constant does nothing with that.

    >>> DiffusersConstant(num_warmup_steps=500).lr_at(0, base_lr=0.1)
    0.1

    Source: diffusers.optimization.get_constant_schedule (run in 0.42.1).
    """

    name = "diffusers.constant"
    unused = ("num_warmup_steps", "num_cycles", "power", "step_rules")

    num_warmup_steps: float | None = unused_steps("not used: there is no warmup")
    num_training_steps: float | None = unused_steps()
    num_cycles: float | None = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()
