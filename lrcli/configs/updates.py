"""How the Hugging Face Trainer counts the updates of a run, and TRL those of a run that generates its own data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.configs.config import Config

_ACCUMULATION, _BATCH, _EPOCHS = "gradient_accumulation_steps", "per_device_train_batch_size", "num_train_epochs"
_MAX_EPOCHS = 10**9


@dataclass(frozen=True)
class Length:
    """The updates of a run and of an epoch (None where the file does not say), and how they were counted."""

    steps: int
    per_epoch: int | None
    at: str | None
    how: str


def updates_per_epoch(config: Config, batches: int, accumulation: int) -> int:
    """Optimizer steps in an epoch of so many batches on each device."""
    if config.at_least("4.52"):
        return max(1, -(-batches // accumulation))
    return max(1, batches // accumulation)


def run_length(config: Config, samples: int | None, needed_by: str) -> Length:
    """The updates of the run: --steps, max_steps, or counted from the samples. Raises the error needs-steps."""
    given = config.given
    config.knows(_EPOCHS, _BATCH, _ACCUMULATION, "dataloader_drop_last", "warmup_steps", "warmup_ratio")
    max_steps = config.count("max_steps", -1)
    per_epoch, how = _per_epoch(config, samples)
    if given.steps is not None:
        return Length(given.steps, per_epoch, None, given.option("steps"))
    if max_steps > 0 and given.epochs is None:
        return Length(max_steps, per_epoch, "max_steps", "max_steps")
    epochs = given.epochs or config.number(_EPOCHS, 3.0)
    if not 0 < epochs <= _MAX_EPOCHS:
        raise config.fail(_EPOCHS, "bad-value", f"{_EPOCHS} must be above 0, not {epochs:g}")
    if per_epoch is None:
        raise config.needs_steps(needed_by)
    steps = math.ceil(epochs * per_epoch)
    return Length(steps, per_epoch, _EPOCHS, f"ceil({epochs:g} epochs * {per_epoch}); {how}")


def _per_epoch(config: Config, samples: int | None) -> tuple[int | None, str]:
    """(updates in an epoch, how they were counted); None where it is not known."""
    given = config.given
    if given.steps_per_epoch is not None:
        return given.steps_per_epoch, given.option("steps_per_epoch")
    if given.batches_per_epoch is None and samples is None:
        return None, ""
    accumulation = config.count(_ACCUMULATION, 1, at_least=1)
    if given.batches_per_epoch is not None:
        batches, how = given.batches_per_epoch, given.option("batches_per_epoch")
    else:
        assert samples is not None
        batches, how = _batches(config, samples, accumulation)
    rounded = "ceil" if config.at_least("4.52") else "floor"
    if batches % accumulation and config.given.steps is None:
        down, up = max(1, batches // accumulation), -(-batches // accumulation)
        if down != up:
            what = f"an epoch has {up} updates from transformers 4.52 on, and {down} before"
            why = f"{batches} batches are no multiple of {accumulation}: the rest makes an update only from 4.52 on"
            config.remark(_ACCUMULATION, "releases-differ", what, why, level="note")
    return updates_per_epoch(config, batches, accumulation), f"{how}, {rounded}({batches} / {accumulation}) updates"


def _batches(config: Config, samples: int, accumulation: int) -> tuple[int, str]:
    """(the batches that each device has of an epoch, how)."""
    micro, world = config.given.batch_size or config.count(_BATCH, 8, at_least=1), config.given.world_size or 1
    if config.node("num_generations") is not None or config.node("reward_funcs") is not None:
        return _generated(config, samples, micro * world, accumulation)
    drop = config.flag("dataloader_drop_last")
    batches = samples // (micro * world) if drop else -(-samples // (micro * world))
    if not batches:
        raise config.fail("dataloader_drop_last", "bad-value", "an epoch has no batch: its only one is dropped")
    return batches, f"{'floor' if drop else 'ceil'}({samples} / ({micro} * {world})) = {batches} batches"


def _generated(config: Config, prompts: int, batch: int, accumulation: int) -> tuple[int, str]:
    """The batches of GRPO and RLOO, whose batch size counts completions (TRL 1.16's RepeatSampler).

    Whole rounds of prompts are taken: each has `completions` completions, and is used in `rounds` batches.
    """
    completions = config.count("num_generations", 8, at_least=1)
    whole = config.count("generation_batch_size", at_least=1)
    rounds = config.count("steps_per_generation", at_least=1)
    if whole is not None and rounds is not None:
        message = "ValueError: 'generation_batch_size' and 'steps_per_generation' can not be both configured"
        raise config.raises("generation_batch_size", message)
    rounds = rounds or (accumulation if whole is None else whole // batch)
    whole = whole or batch * rounds
    if whole % completions or whole % batch:
        message = (
            f"ValueError: generation_batch_size ({whole}) must be divisible by num_generations ({completions}) and by "
            f"the global batch size ({batch})"
        )
        raise config.raises("num_generations", message, "--world-size N, or another per_device_train_batch_size")
    taken = prompts // (whole // completions)
    if not taken:
        raise config.fail("num_generations", "bad-value", f"{prompts} prompts make no whole batch of generations")
    batches = taken * rounds * config.count("num_iterations", 1, at_least=1)
    what = f"--samples counts the prompts, of which each has {completions} completions in a batch"
    config.remark("num_generations", "generations", what, level="note")
    return batches, f"floor({prompts} * {completions} / {whole}) rounds of {rounds} batches of completions"
