"""The Hugging Face Trainer counts the updates of a run so, and TRL those of a run that generates its own data."""

from __future__ import annotations

import math

from lrcli.configs.config import Config
from lrcli.configs.counts import EpochCount, Length, batches_of, updates_of

_ACCUMULATION, _BATCH, _EPOCHS = "gradient_accumulation_steps", "per_device_train_batch_size", "num_train_epochs"
_MAX_EPOCHS = 10**9


def updates_per_epoch(config: Config, batches: int, accumulation: int) -> int:
    """Optimizer steps in an epoch of so many batches on each device."""
    return max(1, -(-batches // accumulation) if config.at_least("4.52") else batches // accumulation)


def run_length(config: Config, samples: int | None, needed_by: str) -> Length:
    """The updates of the run: --steps, max_steps, or counted from the samples. Raises the error needs-steps."""
    given = config.given
    config.knows(_EPOCHS, _BATCH, _ACCUMULATION, "dataloader_drop_last", "warmup_steps", "warmup_ratio")
    max_steps = config.count("max_steps", -1)
    down = not config.at_least("4.52")
    updates = updates_of(config, _ACCUMULATION, lambda: _batches(config, samples), down=down)
    per_epoch = None if updates.number is None else max(1, updates.number)
    if given.steps is not None:
        return Length(given.steps, per_epoch=per_epoch)
    if updates.batches is not None:
        _remark_rounding(config, updates.batches, config.count(_ACCUMULATION, 1, at_least=1))
    if max_steps > 0 and given.epochs is None:
        return Length(max_steps, "max_steps", "max_steps", per_epoch)
    epochs = given.epochs or config.number(_EPOCHS, 3.0)
    if not 0 < epochs <= _MAX_EPOCHS:
        raise config.fail(_EPOCHS, "bad-value", f"{_EPOCHS} must be above 0, not {epochs:g}")
    if per_epoch is None:
        raise config.needs_steps(needed_by)
    how = f"ceil({epochs:g} epochs * {per_epoch}); {updates.how}"
    return Length(math.ceil(epochs * per_epoch), how, _EPOCHS, per_epoch)


def _remark_rounding(config: Config, batches: int, accumulation: int) -> None:
    """Tell of batches that are left over in an epoch, of which only some releases make an update."""
    down, up = max(1, batches // accumulation), -(-batches // accumulation)
    if down != up:
        what = f"an epoch has {up} updates from transformers 4.52 on, and {down} before"
        why = f"{batches} batches are no multiple of {accumulation}: the rest makes an update only from 4.52 on"
        config.remark(_ACCUMULATION, "releases-differ", what, why, level="note")


def _batches(config: Config, samples: int | None) -> EpochCount:
    """The batches that each device has of an epoch."""
    is_counted = samples is not None and config.given.batches_per_epoch is None
    generates = is_counted and any(config.node(key) is not None for key in ("num_generations", "reward_funcs"))
    if generates and samples is not None:
        return _generated(config, samples, config.count(_ACCUMULATION, 1, at_least=1))
    return batches_of(config, _BATCH, 8, together=True, drop="dataloader_drop_last", samples=samples)


def _generated(config: Config, prompts: int, accumulation: int) -> EpochCount:
    """The batches of GRPO and RLOO, whose batch size counts completions (TRL 1.16's RepeatSampler).

    Whole rounds of prompts are taken: each has `completions` completions, and is used in `rounds` batches.
    """
    batch = (config.given.batch_size or config.count(_BATCH, 8, at_least=1)) * (config.given.world_size or 1)
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
    return EpochCount(batches, f"floor({prompts} * {completions} / {whole}) rounds of {rounds} batches of completions")
