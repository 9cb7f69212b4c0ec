"""LLaMA-Factory's YAML: a front end of the Hugging Face Trainer that reads through OmegaConf."""

from __future__ import annotations

import math

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.deepspeed import scheduler_beside
from lrcli.configs.formats.huggingface import accepts, put_lr, remark_wrong_keys
from lrcli.configs.nodes import Unknown
from lrcli.configs.trainer import (
    RELEASES,
    put_first_step,
    put_kwargs,
    put_schedule,
    read_kwargs,
    refuse_ratio,
    run_length,
    warmup,
)
from lrcli.reader.nodes import Mapping

_NUMBERS = ("learning_rate", "per_device_train_batch_size", "gradient_accumulation_steps", "num_train_epochs")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a LLaMA-Factory config."""
    return lacking(root, "stage", "finetuning_type")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a LLaMA-Factory config."""
    config.knows("max_samples", "val_size", "streaming", "packing", "lr_scheduler_kwargs")
    for key in _NUMBERS:
        node = config.node(key)
        if isinstance(node, Unknown) and "${" in node.text:
            why = "LLaMA-Factory does not resolve ${...}: the file is a template that a shell fills in"
            message = f"TypeError: {key} stays the text {node.text[:40]!r}; {why}"
            raise config.raises(key, message, f"--set {key}=...")
    remark_wrong_keys(config)
    refuse_ratio(config)
    if scheduler_beside(config, draft):
        return
    if config.text("stage") == "ppo":
        message = "stage ppo counts its steps from its own buffer, which is not in the file"
        raise config.fail("stage", "needs-steps", message)
    name = config.text("lr_scheduler_type", "linear")
    put_lr(config, draft)
    needed = "warmup_ratio" if config.has("warmup_ratio") else "num_train_epochs"
    length = run_length(config, _samples(config), needed if config.has(needed) else "learning_rate")
    steps = length.steps
    draft.put("steps", steps, at=length.at, why=length.how)
    if length.per_epoch is not None:
        draft.put("steps_per_epoch", length.per_epoch)
    put_first_step(config, draft)
    updates, warm_key, how = warmup(config, steps)
    put_schedule(config, draft, name, "lr_scheduler_type", steps, updates, warm_key, how)
    if name == "warmup_stable_decay":
        found = read_kwargs(config, name)
        stable = (steps - int(updates)) // 3
        if "num_stable_steps" not in found:
            draft.put("schedule.num_stable_steps", stable, at="lr_scheduler_type", why="(steps - warmup) // 3")
        if "num_decay_steps" not in found:
            rest = steps - int(updates) - stable
            draft.put("schedule.num_decay_steps", rest, at="lr_scheduler_type", why="what is left of the run")
    put_kwargs(config, draft, name)


def _samples(config: Config) -> int | None:
    """The rows that are trained on: --samples, at most max_samples of them, without those of the validation."""
    samples = config.given.samples
    most = config.count("max_samples", at_least=1)
    if most is not None:
        sets = config.text("dataset", "")
        most *= sets.count(",") + 1  # it caps each data set
        if samples is None and config.given.names() == []:
            config.remark("max_samples", "max-samples", f"the data is taken to have {most} rows or more", level="note")
        samples = most if samples is None else min(samples, most)
    share = config.number("val_size", 0.0)
    if samples is None or not share or config.has("eval_dataset"):
        return samples
    if share < 0:
        raise config.fail("val_size", "bad-value", f"val_size must be at least 0, not {share:g}")
    if share < 1 and config.flag("streaming"):
        raise config.fail("val_size", "bad-value", "val_size counts rows where streaming is true: it must be whole")
    taken = math.ceil(samples * share) if share < 1 else int(share)
    if taken >= samples:
        raise config.fail(
            "val_size", "bad-value", f"val_size takes {taken} of {samples} samples: none is left to train on"
        )
    return samples - taken


FORMAT = Format(
    "llamafactory",
    "LLaMA-Factory",
    ("omegaconf",),
    misses,
    translate,
    over=("huggingface",),
    framework="transformers",
    releases=RELEASES,
    accepts=lambda config: accepts(config, ("5.8", "5.8")),
)
