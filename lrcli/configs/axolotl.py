"""How Axolotl counts the updates of a run, and of its warmup (`core/builders/base.py`, `utils/trainer.py` of 0.19)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.updates import updates_per_epoch
from lrcli.errors import SpecError
from lrcli.reader.nodes import Scalar

BATCH = ("micro_batch_size", "gradient_accumulation_steps", "batch_size")
"""The keys of which axolotl wants two."""
_GENERATING = ("grpo", "ebft")
"""The kinds of `rl` whose updates axolotl does not count: they depend on what the model generates."""


def streams(config: Config) -> bool:
    """Whether the data is streamed, so that nobody can count it."""
    return config.has("pretraining_dataset") or config.flag("streaming")


def whole_count(config: Config, key: str) -> int:
    """A whole number as pydantic takes it: false and null are none."""
    node = config.node(key)
    if isinstance(node, Scalar) and node.value is False:
        return 0
    return config.count(key, 0, at_least=0)


@dataclass(frozen=True)
class AxolotlRun:
    """The updates of a run and of an epoch, how they were counted, from which key, and what a share of warmup is of.

    share_of: None where the data is needed for it; `own` is whether axolotl leaves the share to transformers.
    """

    steps: int
    how: str
    at: str | None
    per_epoch: int | None
    share_of: int | None
    own: bool = True


def run_of(config: Config) -> AxolotlRun:
    """How long the run is, and what axolotl takes for its length when it counts the warmup."""
    given = config.given
    most = config.count("max_steps", 0)
    epochs = given.epochs or config.number("num_epochs", 1.0)
    if not 0 < epochs <= 1e9:
        raise config.fail("num_epochs", "bad-value", f"num_epochs must be above 0, not {epochs:g}")
    samples, per_epoch = _samples(config), given.steps_per_epoch
    micro, accumulation, whole_count, world = _batch(config)
    rl = (config.text("rl") or "") if config.node("rl") is not None else ""
    calculated, how = None, ""
    if per_epoch is not None:
        calculated, how = math.ceil(per_epoch * epochs), given.option("steps_per_epoch")
    elif samples is not None and not config.flag("sample_packing") and rl not in _GENERATING:
        calculated = math.ceil(samples * epochs / whole_count)
        how = f"ceil({samples} * {epochs:g} / {whole_count})"
    if given.steps is not None:
        return AxolotlRun(given.steps, "--steps", None, per_epoch, given.steps, rl not in _GENERATING)
    if most > 0:
        share_of = most if streams(config) or rl in _GENERATING else calculated
        capped = share_of if share_of is None or rl else min(share_of, most)
        return AxolotlRun(most, "", "max_steps", per_epoch, capped, rl not in _GENERATING)
    if calculated is None:
        raise _uncounted(config, rl)
    if most < 0:
        if not rl:
            what = f"max_steps: {most} ends the warmup at once: axolotl takes it for the number of steps"
            config.remark(
                "max_steps", "max-steps-negative", what, "the warmup is a share of that", "leave max_steps out"
            )
        if samples is not None and per_epoch is None:
            updates = updates_per_epoch(config, -(-samples // (micro * world)), accumulation)
            calculated, how, per_epoch = math.ceil(updates * epochs), f"{epochs:g} epochs of {updates}", updates
        return AxolotlRun(calculated, how, "num_epochs", per_epoch, calculated if rl else most)
    return AxolotlRun(calculated, how, "num_epochs", per_epoch, calculated)


def _uncounted(config: Config, rl: str) -> SpecError:
    """The error of a run whose updates are not known."""
    if rl in _GENERATING:
        message = f"rl: {rl} makes the number of steps depend on its generations"
        return config.fail("rl", "needs-steps", message, "--steps N, as axolotl prints them")
    if config.flag("sample_packing"):
        message = "sample_packing makes the number of steps depend on the tokens of the data"
        return config.fail("sample_packing", "needs-steps", message, "--steps N, as axolotl prints them")
    key = next((key for key in ("num_epochs", "warmup_ratio") if config.has(key)), "base_model")
    return config.needs_steps(key)


def _samples(config: Config) -> int | None:
    """The rows that are trained on: --samples without those of val_set_size."""
    samples = config.given.samples
    held = config.number("val_set_size", 0.0)
    if samples is None or not held:
        return samples
    if held < 0:
        raise config.fail("val_set_size", "bad-value", f"val_set_size must be at least 0, not {held:g}")
    taken = math.ceil(samples * held) if held < 1 else int(held)
    if taken >= samples:
        raise config.fail("val_set_size", "bad-value", f"val_set_size takes {taken} of {samples} rows: none is left")
    return samples - taken


def _batch(config: Config) -> tuple[int, int, int, int]:
    """(the batch of one device, the accumulation, the samples of an update, the devices that share the data)."""
    micro = config.given.batch_size or config.count("micro_batch_size", at_least=1)
    accumulation = config.count("gradient_accumulation_steps", at_least=1)
    batch = config.count("batch_size", at_least=1)
    if micro is None:
        micro = max(1, (batch or 1) // (accumulation or 1))
    if accumulation is None:
        accumulation = max(1, (batch or micro) // micro)
    whole_count = batch if batch is not None and config.given.batch_size is None else micro * accumulation
    world = config.given.world_size or 1
    for key in ("context_parallel_size", "tensor_parallel_size"):
        world = max(1, world // (config.count(key, 1, at_least=0) or 1))
    return micro, accumulation, whole_count * world, world


def axolotl_warmup(config: Config, run: AxolotlRun) -> tuple[int, str | None, str]:
    """(updates of the warmup, the key that gives them, how)."""
    ratio, total = config.number("warmup_ratio"), run.share_of
    if config.has("warmup_steps"):
        steps = config.count("warmup_steps", 0, at_least=0)
        if ratio:
            config.remark("warmup_ratio", "warmup-twice", "warmup_ratio is ignored: warmup_steps is given, too")
        return (2, "warmup_steps", "axolotl makes 2 of 1") if steps == 1 else (steps, "warmup_steps", "")
    if ratio is not None and not 0 <= ratio <= 1:
        raise config.fail("warmup_ratio", "bad-value", f"warmup_ratio must lie between 0 and 1, not {ratio:g}")
    key = None if ratio is None else "warmup_ratio"
    if total is None:
        name = "the warmup (3 %, as none is given)" if ratio is None else "warmup_ratio"
        what = f"{name} is a share of the steps that the data makes, of which max_steps takes only the first"
        counted = "--steps-per-epoch N" if config.flag("sample_packing") else "--samples N (1 GPU; --world-size N)"
        help = f"{counted}, or --set warmup_steps=N"
        raise config.fail(key or "max_steps", "needs-steps", what, help)
    if not run.own:
        share = 0.03 if ratio is None else ratio
        return math.ceil(share * total), key, f"ceil({share!r} * {total}), which axolotl leaves to transformers"
    if ratio is None:
        warm, how = max(min(int(0.03 * total), 100), 0), f"no warmup is given: min(int(0.03 * {total}), 100)"
    else:
        warm, how = max(int(ratio * total), 0), f"int({ratio!r} * {total}) from warmup_ratio"
    return (2, key, f"{how}; axolotl makes 2 of 1") if warm == 1 else (warm, key, how)
