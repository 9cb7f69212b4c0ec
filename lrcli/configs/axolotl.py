"""Axolotl counts the updates of a run and of its warmup so (`core/builders/base.py`, `utils/trainer.py` of 0.19)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.counts import Length, trained_on
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
    """The length of a run, and the updates that its warmup is a share of (None where the data is needed for that).

    counts_warmup: whether axolotl counts the share itself, and does not leave it to transformers.
    """

    length: Length
    share_of: int | None
    counts_warmup: bool = True


def run_of(config: Config) -> AxolotlRun:
    """Count the updates of the run, and those that axolotl takes for them when it counts the warmup."""
    given = config.given
    most = config.count("max_steps", 0)
    epochs = given.epochs or config.number("num_epochs", 1.0)
    if not 0 < epochs <= 1e9:
        raise config.fail("num_epochs", "bad-value", f"num_epochs must be above 0, not {epochs:g}")
    samples, per_epoch = trained_on(config, "val_set_size", given.samples), given.steps_per_epoch
    micro, accumulation, batch, world = _batch(config)
    rl = (config.text("rl") or "") if config.node("rl") is not None else ""
    calculated, how = None, ""
    if per_epoch is not None:
        calculated, how = math.ceil(per_epoch * epochs), given.option("steps_per_epoch")
    elif samples is not None and not config.flag("sample_packing") and rl not in _GENERATING:
        calculated, how = math.ceil(samples * epochs / batch), f"ceil({samples} * {epochs:g} / {batch})"
    if given.steps is not None:
        return AxolotlRun(Length(given.steps, per_epoch=per_epoch), given.steps, rl not in _GENERATING)
    if most > 0:
        share_of = most if streams(config) or rl in _GENERATING else calculated
        capped = share_of if share_of is None or rl else min(share_of, most)
        return AxolotlRun(Length(most, "", "max_steps", per_epoch), capped, rl not in _GENERATING)
    if calculated is None:
        raise _uncounted(config, rl)
    share_of = calculated
    if most < 0:
        if not rl:
            share_of = most
            what = f"max_steps: {most} ends the warmup at once: axolotl takes it for the number of steps"
            why = "the warmup is a share of that"
            config.remark("max_steps", "max-steps-negative", what, why, "leave max_steps out")
        if samples is not None and per_epoch is None:
            per_epoch = updates_per_epoch(config, -(-samples // (micro * world)), accumulation)
            calculated, how = math.ceil(per_epoch * epochs), f"{epochs:g} epochs of {per_epoch}"
            share_of = calculated if rl else most
    return AxolotlRun(Length(calculated, how, "num_epochs", per_epoch), share_of)


def _uncounted(config: Config, rl: str) -> SpecError:
    """The error of a run whose updates are not known."""
    uncounted = {
        "rl": rl in _GENERATING and f"rl: {rl} makes the number of steps depend on its generations",
        "sample_packing": config.flag("sample_packing")
        and "sample_packing makes the number of steps depend on the tokens of the data",
    }
    for key, message in uncounted.items():
        if message:
            return config.fail(key, "needs-steps", message, "--steps N, as axolotl prints them")
    return config.needs_steps(next((key for key in ("num_epochs", "warmup_ratio") if config.has(key)), "base_model"))


def _batch(config: Config) -> tuple[int, int, int, int]:
    """(the batch of one device, the accumulation, the samples of an update, the devices that share the data)."""
    micro = config.given.batch_size or config.count("micro_batch_size", at_least=1)
    accumulation = config.count("gradient_accumulation_steps", at_least=1)
    batch = config.count("batch_size", at_least=1)
    if micro is None:
        micro = max(1, (batch or 1) // (accumulation or 1))
    if accumulation is None:
        accumulation = max(1, (batch or micro) // micro)
    whole = batch if batch is not None and config.given.batch_size is None else micro * accumulation
    world = config.given.world_size or 1
    for key in ("context_parallel_size", "tensor_parallel_size"):
        world = max(1, world // (config.count(key, 1, at_least=0) or 1))
    return micro, accumulation, whole * world, world


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
        raise config.fail(key or "max_steps", "needs-steps", what, f"{counted}, or --set warmup_steps=N")
    if not run.counts_warmup:
        share = 0.03 if ratio is None else ratio
        return math.ceil(share * total), key, f"ceil({share!r} * {total}), which axolotl leaves to transformers"
    if ratio is None:
        warm, how = max(min(int(0.03 * total), 100), 0), f"no warmup is given: min(int(0.03 * {total}), 100)"
    else:
        warm, how = max(int(ratio * total), 0), f"int({ratio!r} * {total}) from warmup_ratio"
    return (2, key, f"{how}; axolotl makes 2 of 1") if warm == 1 else (warm, key, how)
