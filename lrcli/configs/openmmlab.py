"""The configs of mmengine and mmcv share the class names, the length of a run, and the rate."""

from __future__ import annotations

from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.counts import EpochCount, Length, batches_of
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import Unknown, parts_of
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Node
from lrcli.reader.source import Place, refuse

_GROUP_KEYS = ("custom_keys", "bias_lr_mult", "dcn_offset_lr_mult", "layer_decay_rate", "decay_rate", "num_layers")


@dataclass(frozen=True)
class OpenMMLabRun:
    """The length of a run in its own unit, the key of it, and the batches of an epoch."""

    by_iter: bool
    length: int
    key: str
    batches: EpochCount


def class_name(config: Config, path: str) -> str | None:
    """The class that a `type` names, without its package or scope: a text, or a class that is imported."""
    node = config.node(path)
    if isinstance(node, Unknown) and all(part.isidentifier() for part in node.text.split(".")):
        return node.text.rpartition(".")[2]
    name = config.text(path)
    return None if name is None else name.rpartition(".")[2]


def loader_batches(config: Config, loader: str, batch_key: str, sampler: str = "") -> EpochCount:
    """The batches of an epoch on one device: as given, or counted from the samples.

    loader: where the data loader is configured. batch_key: its key for the samples of a batch. sampler: its class.
    """
    config.knows(f"{loader}.{batch_key}", f"{loader}.drop_last")
    world = 1 if sampler == "InfiniteSampler" else None  # an infinite one counts all of the samples
    return batches_of(config, f"{loader}.{batch_key}", world=world, drop=f"{loader}.drop_last")


def whole_length(config: Config, by_iter: bool, key: str) -> int | None:
    """The length of the run: as given, or that of a key; None where nothing says."""
    length = config.count(key, at_least=1)
    if not by_iter and (epochs := config.given.epochs) is not None:
        if epochs % 1:
            raise config.fail(key, "bad-value", f"--epochs must be a whole number here, not {epochs:g}")
        return int(epochs)
    return config.given.steps if length is None and by_iter else length


def run_of(config: Config, by_iter: bool, length: int, key: str, batches: EpochCount) -> OpenMMLabRun:
    """The run; where nothing else says how many batches an epoch has, --steps is shared among its epochs."""
    steps = config.given.steps
    if not by_iter and batches.number is None and steps is not None:
        if steps % length:
            message = f"--steps {steps} is no whole number of batches in each of {length} epochs"
            raise config.fail(key, "bad-value", message, "--epochs N, or --batches-per-epoch N")
        batches = EpochCount(steps // length, f"{steps} steps in {length} epochs")
    return OpenMMLabRun(by_iter, length, key, batches)


def needs_batches(place: Place, what: str) -> SpecError:
    """The error of what counts iterations in a run of epochs, or epochs in one of iterations."""
    message = f"{what}: it needs the batches of an epoch, which depend on the data"
    return refuse(place, "needs-steps", message, "--samples N (1 GPU; --world-size N), or --batches-per-epoch N")


def put_openmmlab_length(
    config: Config, draft: Draft, run: OpenMMLabRun, counts_epochs: bool, needs: SpecError | None
) -> None:
    """Write how long the run is: in iterations where batches count or are known, else in epochs.

    counts_epochs: whether a schedule of a run of iterations counts epochs. needs: what is raised where the batches of
    an epoch are not known.
    """
    per_epoch = run.batches.number
    if per_epoch is None and needs is not None:
        raise needs
    if run.by_iter:
        draft.put_length(Length(run.length, "", run.key))
    elif per_epoch is None:
        draft.put("epochs", run.length, at=run.key, why="" if config.given.epochs is None else "--epochs")
    else:
        how = f"{run.length} epochs * {per_epoch}; {run.batches.how}"
        draft.put_length(Length(run.length * per_epoch, how, run.key))
    if per_epoch is not None and (counts_epochs or not run.by_iter):
        draft.put("steps_per_epoch", per_epoch, why=run.batches.how)


def put_openmmlab_rate(config: Config, draft: Draft, path: str, batch_key: str) -> None:
    """Write the optimizer's rate, scaled where auto_scale_lr is on."""
    above = config.mapping(path.partition(".")[0])
    blocks = [] if above is None else [value for _, value in parts_of(above) if isinstance(value, Mapping)]
    several = any(block.get("optimizer") is not None or block.get("lr") is not None for block in blocks)
    missing = "there are several optimizers" if several else "the optimizer's lr is not in the file"
    rate = config.rate(path, missing if config.node(path) is None else "the optimizer's lr is None", at=path)
    if not config.flag("auto_scale_lr.enable"):
        draft.put("lr", rate, at=path)
        return
    base = config.count("auto_scale_lr.base_batch_size", at_least=1)
    batch = config.given.batch_size or config.count(batch_key, at_least=1)
    if base is None or batch is None:
        key = "auto_scale_lr.base_batch_size" if base is None else batch_key
        message = f"auto_scale_lr scales the rate by the batch size: {key} is not in the file"
        raise config.fail("auto_scale_lr", "needs-value", message, "--batch-size N" if base else f"--set {key}=N")
    world = config.given.world_size or 1
    scaled = rate * (float(world * batch) / float(base))
    draft.put("lr", scaled, at=path, why=f"auto_scale_lr: {rate:g} * ({world} * {batch} / {base})")
    if config.given.world_size is None:
        what = f"auto_scale_lr scales the rate by the number of GPUs: with one, lr is {scaled:g}"
        config.remark("auto_scale_lr", "scaled-rate", what, "", "--world-size N", level="note")


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
    return any(isinstance(value, Mapping) and value.get("lr_mult") is not None for _, value in parts_of(node))
