"""Whole batches are dealt to the processes."""

from __future__ import annotations

from lrcli.frameworks.counting import CountingRule
from lrcli.spec.data import Data, started_steps


def dealt_batches(data: Data) -> int:
    """Accelerate deals whole batches to the processes; with even_batches, its default, it makes up the last round."""
    batches = data.batches_of(data.samples)
    return batches // data.world_size if data.drop_last else -(-batches // data.world_size)


RULES = (
    CountingRule(
        "accelerate", dealt_batches, started_steps, "deals out whole batches; steps at the end of an epoch, too"
    ),
)
