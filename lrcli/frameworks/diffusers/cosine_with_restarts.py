"""A linear warmup, then half cosines with hard restarts."""

from __future__ import annotations

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_text
from lrcli.frameworks.transformers.cosine_with_restarts import TransformersCosineWithRestarts
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersCosineWithRestarts(Diffusers, TransformersCosineWithRestarts):
    """Warm up linearly from 0 to the base LR, then fall along num_cycles half cosines: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * ((num_cycles * progress) % 1))))    for progress < 1
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)
            0    from there on

    >>> restarts = DiffusersCosineWithRestarts(num_warmup_steps=2, num_training_steps=10, num_cycles=2)
    >>> [restarts.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 8, 10)]
    [0.0, 0.1, 0.05, 0.1, 0.05, 0.0]

    Source: diffusers.optimization.get_scheduler("cosine_with_restarts") (run in 0.42.1).
    """

    name = "diffusers.cosine_with_restarts"
    unused = ("power", "step_rules")

    power: float | None = unused_number()
    step_rules: str | None = unused_text()
