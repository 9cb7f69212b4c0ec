"""What a config does not say, given on the command line."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Given:
    """The options that say what a config leaves to the data, the machine or the training code; None is not given.

    samples: rows of the data set. batch_size: of one device. world_size: processes. steps_per_epoch: optimizer steps.
    batches_per_epoch: what one process sees of an epoch, before accumulation. interval: "epoch" or "step".
    """

    samples: int | None = None
    batch_size: int | None = None
    world_size: int | None = None
    steps_per_epoch: int | None = None
    batches_per_epoch: int | None = None
    steps: int | None = None
    epochs: float | None = None
    interval: str | None = None

    def option(self, name: str) -> str:
        """How an option was written: "--world-size 8"."""
        value = getattr(self, name)
        return f"--{name.replace('_', '-')} {value:g}" if isinstance(value, float) else _option(name, value)

    def names(self) -> list[str]:
        """The options that are given."""
        return [f.name for f in fields(self) if getattr(self, f.name) is not None]


def _option(name: str, value: object) -> str:
    return f"--{name.replace('_', '-')} {value}"
