"""YOLOv5's hyp.yaml and opt.yaml: its own train.py, whose scheduler lags an epoch behind after the warmup."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.counts import Length, batches_of
from lrcli.configs.nodes import mapping_of
from lrcli.configs.syntax import file_beside
from lrcli.configs.syntax.pyyaml import read
from lrcli.errors import SpecError
from lrcli.reader.nodes import Mapping, Scalar

RELEASES = ("5.0", "6.0", "6.1", "6.2", "7.0")
_DEFAULTS = {"lr0": 0.01, "lrf": 0.01, "warmup_epochs": 3.0, "warmup_bias_lr": 0.1}


def _lacks(root: Mapping) -> tuple[str, ...]:
    if has(root, "hyp"):
        return () if has(root, "hyp.lr0") else lacking(root, "weights", "cfg", "epochs")
    return lacking(root, "lr0", "lrf", "anchor_t|cls_pw|obj_pw|fl_gamma")


def accepts(config: Config) -> str | None:
    """The release that a file is of: linear_lr was there up to 6.0, and cos_lr in every opt.yaml after it."""
    options = config.node("weights") is not None and config.node("cos_lr") is None
    return "6.0" if options or config.node("linear_lr") is not None else None


def translate(config: Config, draft: Draft) -> None:
    for name in ("flat_cos_lr", "fixed_lr"):
        if config.flag(name):
            raise config.fail(name, "unknown-scheduler", f"{name} is YOLOv9's, whose curve is not read")
    config.texts_count = config.nulls_default = False
    hyp = _hyp(config)
    epochs = config.epochs("epochs") or 0
    if not epochs:
        message = "the number of epochs is not in a hyp.yaml (it stands in opt.yaml)"
        raise config.fail("lrf", "needs-steps", message, "--epochs N")
    batches = _batches(config)
    values = {name: hyp.number(name, default) for name, default in _DEFAULTS.items()}
    hyp.refuse_first((values["lr0"] < 0, "lr0", f"ValueError: Invalid learning rate: {values['lr0']}"))
    draft.put_length(Length(epochs * batches, f"{epochs:g} * {batches} batches", "epochs", batches))
    draft.put("schedule.type", "ultralytics.yolov5")
    draft.put("schedule.epochs", epochs, at="epochs")
    for name, value in values.items():
        why = "" if hyp.has(name) else f"{name} is not in the file"
        draft.put(f"schedule.{name}", float(value), at=hyp.value_place(name), why=why)
    curve = "cos_lr" if config.at_least("6.1") else "linear_lr"
    draft.put(f"schedule.{curve}", config.flag(curve), at=curve, why=f"as YOLOv5 {config.release} has it")
    least = 100 if config.at_least("6.2") else 1000
    draft.put("schedule.warmup_minimum", least, why=f"batches, in YOLOv5 {config.release}")
    warmup = max(round(values["warmup_epochs"] * batches), least)
    hyp.remark_long_warmup("warmup_epochs", warmup, epochs * batches, "batches", why=f"it has at least {least} batches")
    if warmup < epochs * batches and (least > 100 or warmup == least):
        what = f"releases differ here: the warmup has {warmup} batches in YOLOv5 {config.release}"
        why = "it has at least 1000 up to 6.1, 100 later"
        config.remark("warmup_epochs", "releases-differ", what, why, level="note")


def _hyp(config: Config) -> Config:
    """The hyperparameters: the file itself, the mapping under `hyp`, or the file that `hyp` names."""
    node = config.known("hyp")
    if node is None:
        return config
    if isinstance(node, Mapping):
        return replace(config, root=node)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise config.fail("hyp", "wrong-type", f"hyp must be a mapping or a file, not {node}")
    try:
        source = file_beside(config.inputs, config.source, node.value, node.place)
    except SpecError as error:
        try:  # a run keeps its hyperparameters beside its options
            source = file_beside(config.inputs, config.source, "hyp.yaml", node.place)
        except SpecError:
            raise error from None
    given = [entry for entry in config.root.entries if entry[0].text in _DEFAULTS]  # by --set
    written = read(source)
    return replace(config, root=mapping_of([*written.entries, *given], written.place), source=source)


def _batches(config: Config) -> int:
    given = config.given
    world = given.world_size or config.count("world_size", 1, at_least=1)
    batch = given.batch_size or config.count("batch_size", at_least=1)
    if batch and given.batch_size is None and not config.has("total_batch_size"):
        batch = max(1, batch // world)  # older releases write total_batch_size beside their share of it
    batches = batches_of(config, "batch_size", batch=batch, world=world).number
    if batches is None:
        key = "warmup_epochs" if has(config.root, "warmup_epochs") else "epochs"
        raise config.needs_steps(key, ("--samples N, the images that are trained on", "--batches-per-epoch N"))
    return batches


FORMAT = Format(
    "yolov5",
    "YOLOv5 hyp.yaml, opt.yaml",
    ("pyyaml",),
    translate,
    lacks=_lacks,
    framework="yolov5",
    releases=RELEASES,
    accepts=accepts,
)
