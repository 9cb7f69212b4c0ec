"""What the configs of mmengine and mmcv share: class names, the batches of an epoch, and the rate."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import Unknown
from lrcli.reader.nodes import Mapping, Node, Sequence

_GROUP_KEYS = ("custom_keys", "bias_lr_mult", "dcn_offset_lr_mult", "layer_decay_rate", "decay_rate", "num_layers")


def class_name(config: Config, path: str) -> str | None:
    """The class that a `type` names, without its package or scope: a text, or a class that is imported."""
    node = config.node(path)
    if isinstance(node, Unknown) and all(part.isidentifier() for part in node.text.split(".")):
        return node.text.rpartition(".")[2]
    name = config.text(path)
    return None if name is None else name.rpartition(".")[2]


@dataclass(frozen=True)
class Batches:
    """The batches of an epoch on one device (None where nothing says), and how they were counted."""

    count: int | None
    how: str = ""


def batches_of(config: Config, loader: str, batch_key: str, sampler: str = "") -> Batches:
    """The batches of an epoch: as given, or counted from the samples.

    loader: where the data loader is configured. batch_key: its key for the samples of a batch. sampler: its class.
    """
    given = config.given
    config.knows(f"{loader}.{batch_key}", f"{loader}.drop_last")
    for name in ("batches_per_epoch", "steps_per_epoch"):
        if getattr(given, name) is not None:
            return Batches(getattr(given, name), given.option(name))
    batch = given.batch_size or config.count(f"{loader}.{batch_key}", at_least=1)
    if given.samples is None:
        return Batches(None)
    if batch is None:
        message = f"--samples {given.samples} needs the samples of a batch, which are not in the file"
        raise config.fail(f"{loader}.{batch_key}", "needs-value", message, "--batch-size N")
    world = 1 if sampler == "InfiniteSampler" else given.world_size or 1  # an infinite one counts all of the samples
    share = -(-given.samples // world)
    drop = config.flag(f"{loader}.drop_last")
    count = share // batch if drop else -(-share // batch)
    if not count:
        raise config.fail(f"{loader}.drop_last", "bad-value", "an epoch has no batch: its only one is dropped")
    part = f"ceil({given.samples} / {world})" if world > 1 else str(given.samples)
    return Batches(count, f"{'floor' if drop else 'ceil'}({part} / {batch}) batches an epoch")


def put_openmmlab_rate(config: Config, draft: Draft, path: str, batch_key: str) -> None:
    """Write the optimizer's rate, scaled where auto_scale_lr is on."""
    rate = config.number(path)
    if rate is None:
        above = config.mapping(path.partition(".")[0])
        several = above is not None and any(
            isinstance(value, Mapping) and (value.get("optimizer") is not None or value.get("lr") is not None)
            for _, value in above.entries
        )
        message = "there are several optimizers" if several else "the optimizer's lr is not in the file"
        message = message if config.node(path) is None else "the optimizer's lr is None"
        raise config.fail(path, "needs-value", message, f"--set {path}=...")
    if rate < 0:
        raise config.raises(path, f"ValueError: Invalid learning rate: {rate}")
    if not config.flag("auto_scale_lr.enable"):
        draft.put("lr", float(rate), at=path)
        return
    base = config.count("auto_scale_lr.base_batch_size", at_least=1)
    batch = config.given.batch_size or config.count(batch_key, at_least=1)
    if base is None or batch is None:
        key = "auto_scale_lr.base_batch_size" if base is None else batch_key
        message = f"auto_scale_lr scales the rate by the batch size: {key} is not in the file"
        raise config.fail("auto_scale_lr", "needs-value", message, "--batch-size N" if base else f"--set {key}=N")
    world = config.given.world_size or 1
    scaled = float(rate) * (float(world * batch) / float(base))
    draft.put("lr", scaled, at=path, why=f"auto_scale_lr: {rate:g} * ({world} * {batch} / {base})")
    if config.given.world_size is None:
        what = f"auto_scale_lr scales the rate by the number of GPUs: with one, lr is {scaled:g}"
        config.remark("auto_scale_lr", "scaled-rate", what, "", "--world-size N", level="note")


def refuse_unknown(node: Node, name: str) -> None:
    """Refuse a value that the file does not give."""
    if isinstance(node, Unknown):
        raise node.refusal(name)
    for inner in node.items if isinstance(node, Sequence) else ():
        refuse_unknown(inner, name)


def remark_groups(config: Config, path: str) -> None:
    """Tell of parameters that have another rate than the one shown."""
    node = config.node(path)
    named = isinstance(node, Mapping) and any(
        key.text in _GROUP_KEYS and not (key.text == "custom_keys" and not _scales_a_rate(value))
        for key, value in node.entries
    )
    if named:
        what = "paramwise_cfg gives some parameters another rate than the one shown"
        config.remark(path, "other-groups", what, level="note")


def _scales_a_rate(node: Node) -> bool:
    """Whether some custom key has an lr_mult."""
    inner = [value for _, value in node.entries] if isinstance(node, Mapping) else []
    return any(isinstance(one, Mapping) and one.get("lr_mult") is not None for one in inner)
