"""The updates of a run are counted from the data and the devices, as the options say them, or as the file does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lrcli.configs.config import Config


@dataclass(frozen=True)
class EpochCount:
    """The batches or updates of an epoch (None where nothing says), how they were counted, and of how many batches."""

    number: int | None = None
    how: str = ""
    batches: int | None = None


@dataclass(frozen=True)
class Length:
    """The updates of a run, how they were counted, from which key, and those of an epoch where they are known."""

    steps: int
    how: str = ""
    at: str | None = None
    per_epoch: int | None = None


def option_count(config: Config, *names: str) -> EpochCount:
    """The count that the first of these options gives."""
    given = config.given
    counts = (EpochCount(getattr(given, name), given.option(name)) for name in names if name in given.names())
    return next(counts, EpochCount())


def batches_of(
    config: Config,
    batch_key: str,
    default: int | None = None,
    *,
    batch: int | None = None,
    world: int | Callable[[Config], int | None] | None = None,
    together: bool = False,
    drop: str | bool = False,
    samples: int | None = None,
) -> EpochCount:
    """The batches of an epoch on each device: those that --samples makes, unless an option counts them.

    batch_key, default: where the batch size of a device stands, and what the framework takes without it; batch: what it
    is where that is known. world: the devices, or what counts them; without it those of --world-size. together: whether
    a batch that is not full is one of all devices, and not of one of them. drop: the key that drops such a batch, or
    whether that always happens. samples: those that are trained on, where they are fewer than the option says.
    """
    counted = option_count(config, "batches_per_epoch", "steps_per_epoch")
    if counted.number is None and samples is None:
        samples = config.given.samples
    if counted.number is not None or samples is None:
        return counted
    batch = batch or config.given.batch_size or config.count(batch_key, default, at_least=1)  # type: ignore[arg-type]
    if batch is None:
        name = batch_key.rpartition(".")[2]
        message = f"--samples {samples} needs the samples of a batch: {name} is not in the file"
        raise config.fail(batch_key, "needs-value", message, "--batch-size N")
    world = (world(config) if callable(world) else world) or config.given.world_size or 1
    divisor = f"({batch} * {world})" if together else str(batch)
    batch, world = (batch * world, 1) if together else (batch, world)
    drops = config.flag(drop) if isinstance(drop, str) else drop
    share = -(-samples // world)
    number = share // batch if drops else -(-share // batch)
    if not number:
        at = drop if isinstance(drop, str) else batch_key
        raise config.fail(at, "bad-value", "an epoch has no batch: its only one is dropped")
    part = f"ceil({samples} / {world})" if world > 1 else str(samples)
    return EpochCount(number, f"{'floor' if drops else 'ceil'}({part} / {divisor}) = {number} batches")


def updates_of(config: Config, accumulation_key: str, batches: EpochCount, *, down: bool = False) -> EpochCount:
    """The updates of an epoch: --steps-per-epoch, or those of so many batches.

    down: whether batches that are left over when gradients are accumulated make no update.
    """
    updates = option_count(config, "steps_per_epoch")
    if updates.number is not None:
        return updates
    if batches.number is None or not accumulation_key:
        return batches
    accumulation = config.count(accumulation_key, 1, at_least=1)
    number = batches.number // accumulation if down else -(-batches.number // accumulation)
    rounded = f"{'floor' if down else 'ceil'}({batches.number} / {accumulation}) updates"
    return EpochCount(number, f"{batches.how}, {rounded}", batches.number)


def whole_epochs(
    config: Config, epochs: float, updates: EpochCount, key: str, needed_by: str = "", help: Sequence[str] = ()
) -> Length:
    """The updates of so many epochs, a part of one rounded down. Raises the error needs-steps, at `needed_by`."""
    if updates.number is None:
        raise config.needs_steps(needed_by or key, help)
    how = f"{epochs:g} epochs * {updates.number}; {updates.how}"
    return Length(int(epochs * updates.number), how, key)


def trained_on(config: Config, key: str, samples: int | None) -> int | None:
    """The samples that are left when a share of them, or so many, are taken for the validation."""
    held = config.number(key, 0.0, least=0)
    if samples is None or not held:
        return samples
    taken = math.ceil(samples * held) if held < 1 else int(held)
    if taken >= samples:
        raise config.fail(key, "bad-value", f"{key} takes {taken} of {samples} samples: none is left to train on")
    return samples - taken
