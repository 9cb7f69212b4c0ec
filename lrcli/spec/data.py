"""What the steps of an epoch are counted from, and how PyTorch counts them; others are in `frameworks.counting`."""

from __future__ import annotations

from lrcli.values import dataclass


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


def padded_batches(data: Data) -> int:
    """DistributedSampler as it comes: every process gets ceil(samples / world_size), some samples twice."""
    return data.batches_of(-(-data.samples // data.world_size))


def whole_steps(batches: int, grad_accum: int) -> int:
    """A step for every full round of grad_accum batches, at least one where there is a batch."""
    return max(batches // grad_accum, 1 if batches else 0)


def started_steps(batches: int, grad_accum: int) -> int:
    """A step also for the batches that are left over at the end of an epoch."""
    return -(-batches // grad_accum)


def steps_in_epoch(data: Data) -> int:
    """Optimizer steps in an epoch as PyTorch's DistributedSampler and DataLoader make them.

    The batches that are left over at the end of an epoch belong to the first step of the next.

    >>> steps_in_epoch(Data(1_281_167, 256))
    5005
    >>> steps_in_epoch(Data(1_281_167, 256, drop_last=True))
    5004
    """
    return whole_steps(padded_batches(data), data.grad_accum)
