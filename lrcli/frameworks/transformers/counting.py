"""The HF Trainer counts the steps of an epoch before it trains, on the batches that accelerate deals out."""

from __future__ import annotations

from lrcli.frameworks.accelerate.counting import dealt_batches
from lrcli.frameworks.counting import CountingRule
from lrcli.spec.data import started_steps, whole_steps

RULES = (
    CountingRule("HF Trainer before 4.52", dealt_batches, whole_steps, "len(dataloader) // grad_accum, at least 1"),
    CountingRule("HF Trainer from 4.52 on", dealt_batches, started_steps, "ceil(len(dataloader) / grad_accum)"),
)
