"""timm's args.yaml and command lines: the arguments of train.py, and what create_scheduler_v2 makes of them."""

from __future__ import annotations

import math
import re
from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, has
from lrcli.configs.nodes import mapping_of
from lrcli.reader.nodes import Mapping, Node
from lrcli.reader.nodes import Sequence as List
from lrcli.reader.source import refuse

_SCRIPT = re.compile(r"distributed_train\.sh[ \t]+([1-9][0-9]{0,5})\b")
"""timm's own script, which takes the number of processes first."""
_SHORT = {"b": "batch_size", "opt": "opt"}
_NUMBERS: dict[str, tuple[str, float]] = {
    "cooldown_epochs": ("cooldown_epochs", 0),
    "patience_epochs": ("patience_epochs", 10),
    "decay_rate": ("decay_rate", 0.1),
    "min_lr": ("min_lr", 0.0),
    "warmup_lr": ("warmup_lr", 1e-5),
    "warmup_epochs": ("warmup_epochs", 5),
    "lr_cycle_mul": ("cycle_mul", 1.0),
    "lr_cycle_decay": ("cycle_decay", 0.5),
    "lr_cycle_limit": ("cycle_limit", 1),
    "lr_k_decay": ("k_decay", 1.0),
}
"""train.py's arguments, what create_scheduler_v2 calls them, and train.py's defaults."""
_OF_DEIT = ("unscale_lr", "distillation_type", "data_set", "dist_eval", "nb_classes")
_CYCLIC = ("cosine", "tanh", "poly")
_SCHEDULERS = ("cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "plateau", "none")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be arguments of timm's train.py."""
    plain = _plain(root)
    marks = ("warmup_lr", "lr_base", "decay_rate", "warmup_epochs", "lr_k_decay")
    other = next((name for name in _OF_DEIT if has(plain, name)), None)
    if other is not None:
        return (f"arguments of train.py alone ({other} is DeiT's, whose main.py scales lr by the batch size)",)
    lacks = () if has(plain, "sched") else ("sched",)
    return lacks if any(has(plain, mark) for mark in marks) else (*lacks, " or ".join(marks[:3]))


def _plain(root: Mapping) -> Mapping:
    """The arguments by the names of argparse: `--warmup-lr`, `warmup-lr` and `warmup_lr` are the same."""
    entries = []
    for key, value in root.entries:
        name = _SHORT.get(key.text, key.text.replace("-", "_"))
        entries.append((replace(key, text=name), value))
    return mapping_of(entries, root.place)


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a training with timm's train.py."""
    config.root = _plain(config.root)
    config.nulls_default = False
    config.knows("lr", "lr_base", "lr_base_size", "lr_base_scale", "batch_size", "grad_accum_steps", "opt", "epochs")
    config.knows("sched", "sched_on_updates", "decay_epochs", "decay_milestones", "warmup_prefix", *_NUMBERS)
    sched = config.text("sched", "cosine", _SCHEDULERS)
    if sched not in _SCHEDULERS:
        raise config.raises("sched", f"AssertionError: Invalid scheduler {sched!r}", f"it is one of {_SCHEDULERS}")
    if config.has("lr_noise") and not _is_empty(config.known("lr_noise")):
        raise config.fail(
            "lr_noise", "needs-value", "lr_noise draws from torch's generator: the rates are not in the file"
        )
    if config.number("epoch_repeats", 0):
        raise config.fail("epoch_repeats", "unknown-scheduler", "epoch_repeats is not read")
    _put_rate(config, draft)
    epochs = config.given.epochs or config.number("epochs", 300)
    if epochs < 1 or epochs % 1:
        raise config.fail("epochs", "bad-value", f"epochs must be a whole number of at least 1, not {epochs:g}")
    values = {name: config.number(key, default) for key, (name, default) in _NUMBERS.items()}
    prefix = config.flag("warmup_prefix")
    per, how = _updates(config)
    on_updates = config.flag("sched_on_updates")
    if on_updates and per is None:
        help = ("--samples N (1 GPU; --world-size N)", "--steps-per-epoch N")
        raise config.needs_steps("sched_on_updates", help)
    length = _length(sched, int(epochs), values, prefix)
    given = config.given
    if on_updates:
        assert per is not None
        steps = given.steps or length * per
        draft.put("steps", steps, at="epochs", why=f"{length} epochs of {per} updates")
    elif given.steps is not None and given.epochs is None and per is not None:
        draft.put("epochs", max(1, -(-given.steps // per)), why="--steps")
    else:
        draft.put(
            "epochs", length, at="epochs", why="" if length == epochs else "with cycles, cooldown and warmup prefix"
        )
    if per is not None:
        draft.put("steps_per_epoch", per, why=how)
    draft.put("schedule.type", "timm.create_scheduler_v2")
    draft.put("schedule.sched", sched, at="sched")
    draft.put("schedule.num_epochs", int(epochs), at="epochs")
    _put_decay(config, draft, sched)
    for key, (name, _) in _NUMBERS.items():
        given_here = config.has(key)
        value = values[name]
        whole = value % 1 == 0 and name in ("cooldown_epochs", "patience_epochs", "warmup_epochs", "cycle_limit")
        why = ("" if key == name else key) if given_here else "train.py's default"
        draft.put(f"schedule.{name}", int(value) if whole else float(value), at=key, why=why)
    draft.put("schedule.warmup_prefix", prefix, at="warmup_prefix")
    if sched == "plateau":
        metric = config.text("eval_metric", "top1")
        draft.put("schedule.plateau_mode", "min" if "loss" in metric else "max", at="eval_metric")
    if on_updates:
        draft.put("schedule.step_on_epochs", False, at="sched_on_updates")
        draft.put("schedule.updates_per_epoch", per)
    if values["warmup_epochs"] >= length:
        what = f"the warmup of {values['warmup_epochs']:g} epochs is as long as the run of {length}"
        config.remark("warmup_epochs", "warmup-too-long", what)
    if config.has("layer_decay"):
        what = "layer_decay gives each layer a rate of its own; the one shown is the last layer's"
        config.remark("layer_decay", "other-groups", what, level="note")


def _is_empty(node: Node | None) -> bool:
    return isinstance(node, List) and not node.items


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


def _updates(config: Config) -> tuple[int | None, str]:
    """(the updates of an epoch, how): the last batch is dropped, the last accumulation is not."""
    given = config.given
    if given.steps_per_epoch is not None:
        return given.steps_per_epoch, given.option("steps_per_epoch")
    accumulation = config.count("grad_accum_steps", 1, at_least=1)
    batches = given.batches_per_epoch
    if batches is None and given.samples is not None:
        share = -(-given.samples // (_world(config) or 1))
        batches = share // (given.batch_size or config.count("batch_size", 128, at_least=1))
    if not batches:
        return None, ""
    return -(-batches // accumulation), f"{batches} batches, ceil / {accumulation}"


def _length(sched: str, epochs: int, values: dict[str, float], prefix: bool) -> int:
    """The epochs of the run, as create_scheduler_v2 returns them."""
    warmup, cooldown = values["warmup_epochs"], values["cooldown_epochs"]
    if sched in _CYCLIC:
        cycles, mul = max(1, int(values["cycle_limit"])), values["cycle_mul"]
        total = epochs * cycles if mul == 1.0 else math.floor(-epochs * (mul**cycles - 1) / (1 - mul))
        return max(1, int(total + (warmup if prefix else 0) + cooldown))
    if sched in ("wsd", "rsqrt"):
        return max(1, int(epochs + (warmup if prefix else 0) + cooldown))
    return max(1, int(epochs + (warmup if prefix else 0)))


def _put_decay(config: Config, draft: Draft, sched: str) -> None:
    """Write decay_epochs and decay_milestones."""
    decay = config.number("decay_epochs", 90)
    if sched in ("step", "wsd", "rsqrt"):
        why = "" if config.has("decay_epochs") else "train.py's default"
        draft.put("schedule.decay_epochs", int(decay) if decay % 1 == 0 else decay, at="decay_epochs", why=why)
    if sched != "multistep":
        return
    node = config.known("decay_milestones")
    if node is None:
        draft.put("schedule.decay_milestones", [90, 180, 270], why="train.py's default")
        return
    items = node.items if isinstance(node, List) else (node,)
    found = [config.number_of(item, "decay_milestones") for item in items]
    if any(one % 1 for one in found) or found != sorted(found):
        raise refuse(node.place, "bad-value", "decay_milestones must be whole numbers in order")
    draft.put("schedule.decay_milestones", [int(one) for one in found], at="decay_milestones")


FORMAT = Format("timm", "timm args.yaml, train.py's command line", ("pyyaml", "shell"), misses, translate)
