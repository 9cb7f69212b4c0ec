"""A linear warmup, then half a cosine to 0."""

from __future__ import annotations

from typing import Any

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_text
from lrcli.frameworks.transformers.cosine import TransformersCosine
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersCosine(Diffusers, TransformersCosine):
    """Warm up linearly from 0 to the base LR, then follow half a cosine to 0, whatever num_cycles says.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    get_scheduler does not pass its num_cycles on. Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = DiffusersCosine(num_warmup_steps=2, num_training_steps=10, num_cycles=3)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: diffusers.optimization.get_scheduler("cosine") (run in 0.42.1).
    """

    name = "diffusers.cosine"
    unused = ("num_cycles", "power", "step_rules")

    num_cycles: Any = unused_number()
    power: float | None = unused_number()
    step_rules: str | None = unused_text()

    @property
    def waves(self) -> float:
        return 0.5
