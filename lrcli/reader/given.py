"""The command line says what a file leaves to the data and the machine, and may ask for a release and a metric."""

from __future__ import annotations

from dataclasses import fields

from lrcli.values import dataclass


@dataclass(frozen=True)
class Given:
    """The options that say what a file leaves to the data, the machine or the training code; None is not given.

    samples: rows of the data set. batch_size: of one device. world_size: processes. steps_per_epoch: optimizer steps.
    batches_per_epoch: what one process sees of an epoch, before accumulation. steps, epochs: the length of the run.
    interval: "epoch" or "step", what one step of the scheduler is.
    """

    samples: int | None = None
    batch_size: int | None = None
    world_size: int | None = None
    steps_per_epoch: int | None = None
    batches_per_epoch: int | None = None
    steps: int | None = None
    epochs: float | None = None
    interval: str | None = None

    def names(self) -> list[str]:
        """The options that are given."""
        return [f.name for f in fields(self) if getattr(self, f.name) is not None]

    def option(self, name: str) -> str:
        """An option as it is written.

        >>> Given(world_size=8).option("world_size")
        '--world-size 8'
        """
        value = getattr(self, name)
        return f"--{name.replace('_', '-')} {f'{value:g}' if isinstance(value, float) else value}"


@dataclass(frozen=True)
class ReplayOptions:
    """The command line asks for these beyond the spec's values: texts, with the option that they came by."""

    emulation: str | None = None
    emulation_by: str = ""
    metric: str | None = None
