"""A linear warmup, then a polynomial to 1e-7."""

from __future__ import annotations

from lrcli.frameworks.diffusers._unused import Diffusers, unused_number, unused_text
from lrcli.frameworks.transformers.polynomial import TransformersPolynomial
from lrcli.schedules import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffusersPolynomial(Diffusers, TransformersPolynomial):
    """Warm up linearly from 0 to the base LR, then fall along a polynomial to 1e-7: as transformers does.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (((lr0 - lr_end) * (1 - progress)**power + lr_end) / lr0)    for t <= num_training_steps
                with progress = (t - num_warmup_steps) / (num_training_steps - num_warmup_steps)
            base_lr * (lr_end / lr0)    from there on

    lr0 is the optimizer's default LR. get_scheduler has no lr_end: only the function itself takes another than 1e-7.

    >>> polynomial = DiffusersPolynomial(num_warmup_steps=2, num_training_steps=10, power=2.0)
    >>> [polynomial.lr_at(t, base_lr=0.1) for t in (0, 2, 6, 11)]
    [0.0, 0.1, 0.025000075, 1e-07]

    Source: diffusers.optimization.get_polynomial_decay_schedule_with_warmup (run in 0.42.1).
    """

    name = "diffusers.polynomial"
    unused = ("num_cycles", "step_rules")

    num_cycles: float | None = unused_number()
    step_rules: str | None = unused_text()
