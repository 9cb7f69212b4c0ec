"""timm's args.yaml and command lines: the arguments of train.py, and what create_scheduler_v2 makes of them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.counts import Length, batches_of, updates_of
from lrcli.configs.nodes import mapping_of
from lrcli.reader.nodes import Mapping
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import refuse

_SCRIPT = re.compile(r"distributed_train\.sh[ \t]+([1-9][0-9]{0,5})\b")
"""timm's own script, which takes the number of processes first."""
_SHORT = {"b": "batch_size", "opt": "opt"}
_FIELDS: dict[str, float] = {
    "cooldown_epochs": 0,
    "patience_epochs": 10,
    "decay_rate": 0.1,
    "min_lr": 0.0,
    "warmup_lr": 1e-5,
    "warmup_epochs": 5,
    "lr_cycle_mul": 1.0,
    "lr_cycle_decay": 0.5,
    "lr_cycle_limit": 1,
    "lr_k_decay": 1.0,
}
"""train.py's arguments with its defaults. create_scheduler_v2 calls them alike, but without `lr_`."""
_NAMES = {name: name.removeprefix("lr_") for name in _FIELDS}
_DEFAULT = "train.py's default"
_OF_DEIT = ("unscale_lr", "distillation_type", "data_set", "dist_eval", "nb_classes")
_CYCLIC = ("cosine", "tanh", "poly")
_SCHEDULERS = ("cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "plateau", "none")


def _lacks(root: Mapping) -> tuple[str, ...]:
    plain = _plain(root)
    marks = ("warmup_lr", "lr_base", "decay_rate", "warmup_epochs", "lr_k_decay")
    of_deit = next((name for name in _OF_DEIT if has(plain, name)), None)
    if of_deit is not None:
        return (f"arguments of train.py alone ({of_deit} is DeiT's, whose main.py scales lr by the batch size)",)
    lacks = lacking(plain, "sched")
    return lacks if any(has(plain, mark) for mark in marks) else (*lacks, " or ".join(marks[:3]))


def _plain(root: Mapping) -> Mapping:
    """The arguments by the names of argparse: `--warmup-lr`, `warmup-lr` and `warmup_lr` are the same."""
    names = [(key, _SHORT.get(key.text, key.text.replace("-", "_")), value) for key, value in root.entries]
    return mapping_of([(replace(key, text=name), value) for key, name, value in names], root.place)


def translate(config: Config, draft: Draft) -> None:
    config.root = _plain(config.root)
    config.nulls_default = False
    config.knows("lr", "lr_base", "lr_base_size", "lr_base_scale", "batch_size", "grad_accum_steps", "opt", "epochs")
    config.knows("sched", "sched_on_updates", "decay_epochs", "decay_milestones", "warmup_prefix", *_FIELDS)
    message = "AssertionError: Invalid scheduler {!r}"
    sched = config.choice("sched", "cosine", _SCHEDULERS, message, f"it is one of {_SCHEDULERS}")
    noise = config.known("lr_noise")
    if noise is not None and not (isinstance(noise, List) and not noise.items):
        message = "lr_noise draws from torch's generator: the rates are not in the file"
        raise config.fail("lr_noise", "needs-value", message)
    if config.number("epoch_repeats", 0):
        raise config.fail("epoch_repeats", "unknown-scheduler", "epoch_repeats is not read")
    _put_rate(config, draft)
    epochs = config.epochs("epochs", 300) or 0
    prefix = config.flag("warmup_prefix")
    batches = batches_of(config, "batch_size", 128, world=_world, drop=True)
    updates = updates_of(config, "grad_accum_steps", batches)
    on_updates = config.flag("sched_on_updates")
    if on_updates and updates.number is None:
        raise config.needs_steps("sched_on_updates", ("--samples N (1 GPU; --world-size N)", "--steps-per-epoch N"))
    draft.put("schedule.type", "timm.create_scheduler_v2")
    draft.put("schedule.sched", sched, at="sched")
    draft.put("schedule.num_epochs", epochs, at="epochs")
    _put_decay(config, draft, sched)
    values = draft.put_fields(_FIELDS, why=_DEFAULT, names=_NAMES)
    length = _length(sched, epochs, values, prefix)
    given = config.given
    if on_updates:
        draft.put_length(
            Length(length * (updates.number or 0), f"{length} epochs of {updates.number} updates", "epochs")
        )
    elif given.steps is not None and given.epochs is None:
        if updates.number is None:
            message = "the scheduler counts epochs: --steps needs the updates of one"
            raise config.fail("epochs", "needs-steps", message, "--epochs N, or --samples N (1 GPU; --world-size N)")
        draft.put("epochs", max(1, -(-given.steps // updates.number)), why=given.option("steps"))
    else:
        why = "" if length == epochs else "with cycles, cooldown and warmup prefix"
        draft.put("epochs", length, at="epochs", why=why)
    if updates.number is not None:
        draft.put("steps_per_epoch", updates.number, why=updates.how)
    draft.put("schedule.warmup_prefix", prefix, at="warmup_prefix")
    if sched == "plateau":
        metric = config.text("eval_metric", "top1")
        draft.put("schedule.plateau_mode", "min" if "loss" in metric else "max", at="eval_metric")
    if on_updates:
        draft.put("schedule.step_on_epochs", False, at="sched_on_updates")
        draft.put("schedule.updates_per_epoch", updates.number)
    config.remark_long_warmup("warmup_epochs", values["warmup_epochs"], length, "epochs")
    if config.has("layer_decay"):
        what = "layer_decay gives each layer a rate of its own; the one shown is the last layer's"
        config.remark("layer_decay", "other-groups", what, level="note")


def _put_rate(config: Config, draft: Draft) -> None:
    """Write lr, or what lr_base comes to for the batch of all devices."""
    rate = config.number("lr")
    if rate:
        draft.put("lr", float(rate), at="lr")
        return
    base = config.number("lr_base", 0.1)
    batch = config.given.batch_size or config.count("batch_size", 128, at_least=1)
    world = _world(config) or 1
    accumulation = config.count("grad_accum_steps", 1, at_least=1)
    ratio = batch * world * accumulation / config.count("lr_base_size", 256, at_least=1)
    scale = config.text("lr_base_scale", "", ("linear", "sqrt"))
    if not scale:
        name = config.text("opt", "sgd").lower()
        scale = "sqrt" if "ada" in name or "lamb" in name else "linear"
    if scale == "sqrt":
        ratio = ratio**0.5
    what = f"{base:g} * {batch} * {world} * {accumulation} / lr_base_size" + (", square root" * (scale == "sqrt"))
    draft.put("lr", base * ratio, at="lr_base", why=f"lr is null: lr_base * batch / lr_base_size = {what}")
    if _world(config) is None:
        config.remark("lr_base", "one-gpu", "the rate is that of one GPU: --world-size N for more", level="note")


def _world(config: Config) -> int | None:
    """The processes: --world-size, or as many as the command line starts; None where nothing says so."""
    if config.given.world_size is not None:
        return config.given.world_size
    if has(config.root, "nproc_per_node"):
        return config.count("nproc_per_node", 1, at_least=1) * config.count("nnodes", 1, at_least=1)
    started = set(_SCRIPT.findall(config.source.text)) if config.syntax == "shell" else set()
    return int(started.pop()) if len(started) == 1 else None


def _length(sched: str, epochs: int, values: dict[str, float], prefix: bool) -> int:
    """The epochs of the run, as create_scheduler_v2 returns them."""
    more = values["warmup_epochs"] if prefix else 0
    if sched in (*_CYCLIC, "wsd", "rsqrt"):
        more += values["cooldown_epochs"]
    if sched in _CYCLIC:
        cycles, mul = max(1, int(values["lr_cycle_limit"])), values["lr_cycle_mul"]
        return max(
            1, int((epochs * cycles if mul == 1.0 else math.floor(-epochs * (mul**cycles - 1) / (1 - mul))) + more)
        )
    return max(1, int(epochs + more))


def _put_decay(config: Config, draft: Draft, sched: str) -> None:
    decay = config.number("decay_epochs", 90)
    if sched in ("step", "wsd", "rsqrt"):
        draft.put("schedule.decay_epochs", decay, at="decay_epochs", why="" if config.has("decay_epochs") else _DEFAULT)
    if sched != "multistep":
        return
    node = config.known("decay_milestones")
    if node is None:
        draft.put("schedule.decay_milestones", [90, 180, 270], why=_DEFAULT)
        return
    items = node.items if isinstance(node, List) else (node,)
    milestones = [config.number_of(item, "decay_milestones") for item in items]
    if any(milestone % 1 for milestone in milestones) or milestones != sorted(milestones):
        raise refuse(node.place, "bad-value", "decay_milestones must be whole numbers in order")
    draft.put("schedule.decay_milestones", list(map(int, milestones)), at="decay_milestones")


FORMAT = Format("timm", "timm args.yaml, train.py's command line", ("pyyaml", "shell"), translate, lacks=_lacks)
