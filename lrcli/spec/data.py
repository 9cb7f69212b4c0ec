"""How many optimizer steps an epoch has, by the rules of those who count them.

The rules were read in, and their batch counts come from running, PyTorch 2.13, accelerate 1.15, transformers 4.31 to
5.23 and Lightning 2.6. They differ only where something is left over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Data:
    """The `data:` of a spec.

    batch_size: samples of one batch in one process. world_size: processes, each with its share of the samples.
    grad_accum: batches of a process that make one optimizer step. drop_last: whether an incomplete batch is left out.
    """

    samples: int
    batch_size: int
    world_size: int = 1
    grad_accum: int = 1
    drop_last: bool = False

    @property
    def samples_per_step(self) -> int:
        """Samples that one full optimizer step sees: the batch size that a learning rate is chosen for."""
        return self.batch_size * self.world_size * self.grad_accum

    def batches_of(self, samples: int) -> int:
        """Batches that a DataLoader makes of so many samples."""
        return samples // self.batch_size if self.drop_last else -(-samples // self.batch_size)


@dataclass(frozen=True)
class Count:
    """What one of the rules comes to: batches of a process and optimizer steps, both in one epoch."""

    who: str
    batches: int
    steps: int
    how: str


def padded_batches(data: Data) -> int:
    """DistributedSampler as it comes: every process gets ceil(samples / world_size), some samples twice."""
    return data.batches_of(-(-data.samples // data.world_size))


def dropped_batches(data: Data) -> int:
    """DistributedSampler(drop_last=True): every process gets floor(samples / world_size)."""
    return data.batches_of(data.samples // data.world_size)


def dealt_batches(data: Data) -> int:
    """Accelerate deals whole batches to the processes; with even_batches, its default, it makes up the last round."""
    batches = data.batches_of(data.samples)
    return batches // data.world_size if data.drop_last else -(-batches // data.world_size)


def _whole(batches: int, grad_accum: int) -> int:
    return max(batches // grad_accum, 1 if batches else 0)


def _started(batches: int, grad_accum: int) -> int:
    return -(-batches // grad_accum)


@dataclass(frozen=True)
class _Rule:
    who: str
    batches: Callable[[Data], int]
    steps: Callable[[int, int], int]
    how: str


_RULES = (
    _Rule("PyTorch", padded_batches, _whole, "DistributedSampler pads; a step every grad_accum batches"),
    _Rule("PyTorch, sampler drop_last", dropped_batches, _whole, "DistributedSampler(drop_last=True) drops instead"),
    _Rule("accelerate", dealt_batches, _started, "deals out whole batches; steps at the end of an epoch, too"),
    _Rule("HF Trainer before 4.52", dealt_batches, _whole, "len(dataloader) // grad_accum, at least 1"),
    _Rule("HF Trainer from 4.52 on", dealt_batches, _started, "ceil(len(dataloader) / grad_accum)"),
    _Rule("Lightning", padded_batches, _started, "ceil(batches / grad_accum): estimated_stepping_batches"),
)


def counts(data: Data) -> tuple[Count, ...]:
    """Every way of counting; the first is PyTorch's, which a spec uses.

    >>> for count in counts(Data(samples=101, batch_size=10, grad_accum=3)):
    ...     print(count.who, count.batches, count.steps)
    PyTorch 11 3
    PyTorch, sampler drop_last 11 3
    accelerate 11 4
    HF Trainer before 4.52 11 3
    HF Trainer from 4.52 on 11 4
    Lightning 11 4
    """
    found = []
    for rule in _RULES:
        batches = rule.batches(data)
        found.append(Count(rule.who, batches, rule.steps(batches, data.grad_accum), rule.how))
    return tuple(found)


def steps_in_epoch(data: Data) -> int:
    """Optimizer steps in an epoch as PyTorch's DistributedSampler and DataLoader make them.

    The batches that are left over at the end of an epoch belong to the first step of the next.

    >>> steps_in_epoch(Data(1_281_167, 256))
    5005
    >>> steps_in_epoch(Data(1_281_167, 256, drop_last=True))
    5004
    """
    return _whole(padded_batches(data), data.grad_accum)
