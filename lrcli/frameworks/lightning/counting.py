"""`Trainer.estimated_stepping_batches`."""

from __future__ import annotations

from lrcli.frameworks.counting import CountingRule
from lrcli.spec.data import padded_batches, started_steps

RULES = (
    CountingRule("Lightning", padded_batches, started_steps, "ceil(batches / grad_accum): estimated_stepping_batches"),
)
