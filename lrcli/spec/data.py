"""The steps of an epoch are counted from the data as PyTorch counts them, and those of a run from its epochs.

How other frameworks count is in `frameworks.counting`.
"""

from __future__ import annotations

from lrcli.spec import Spec
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


@dataclass(frozen=True)
class RunSteps:
    """The steps of a whole run: `epochs` or `steps` is None where the spec does not say how they hang together."""

    name: str
    epochs: float | None
    steps: int | None
    steps_per_epoch: int | None
    data: Data | None


def run_steps(spec: Spec) -> RunSteps:
    """How many steps and epochs the run of a spec has."""
    per = spec.steps_per_epoch
    if spec.interval == "step":
        return RunSteps(spec.name, spec.length / per if per else None, spec.length, per, spec.data)
    return RunSteps(spec.name, spec.length, spec.length * per if per else None, per, spec.data)
