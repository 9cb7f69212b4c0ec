"""How PyTorch's DistributedSampler and DataLoader make the batches of an epoch, and a plain loop its steps."""

from __future__ import annotations

from lrcli.frameworks.counting import CountingRule
from lrcli.spec.data import Data, padded_batches, whole_steps


def dropped_batches(data: Data) -> int:
    """DistributedSampler(drop_last=True): every process gets floor(samples / world_size)."""
    return data.batches_of(data.samples // data.world_size)


RULES = (
    CountingRule(
        "PyTorch", padded_batches, whole_steps, "DistributedSampler pads; a step every grad_accum batches", first=True
    ),
    CountingRule(
        "PyTorch, sampler drop_last",
        dropped_batches,
        whole_steps,
        "DistributedSampler(drop_last=True) drops instead",
        first=True,
    ),
)
