"""ultralytics' args.yaml: the arguments of a training, as `engine/trainer.py` uses them, batch by batch."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.counts import Length, batches_of
from lrcli.errors import InvalidValue, Refuses
from lrcli.frameworks.ultralytics import FRAMEWORK
from lrcli.frameworks.ultralytics._optimizer import MANY, Optimizer, build_optimizer, nominal_batches
from lrcli.reader.nodes import Mapping, Sequence

_RATES = {"lr0": 0.01, "lrf": 0.01, "warmup_epochs": 3.0, "warmup_bias_lr": 0.1}
_OF_YOLOV5 = ("anchor_t", "cls_pw", "obj_pw", "fl_gamma", "hyp")


def _lacks(root: Mapping) -> tuple[str, ...]:
    if any(has(root, name) for name in _OF_YOLOV5):
        return ("no keys of YOLOv5's",)
    return lacking(root, "lr0", "lrf", "nbs|cos_lr|close_mosaic|dfl")


def translate(config: Config, draft: Draft) -> None:
    config.knows("nc", "single_cls", "optimizer", *_RATES)
    config.texts_count = config.nulls_default = False
    if config.number("time") is not None:
        message = "time limits the training in hours: the number of epochs is estimated anew while it runs"
        raise config.fail("time", "not-in-steps", message, "--set time=null --epochs N, for those it came to")
    missing = "the number of epochs is not in the file (ultralytics' own default is 100)"
    epochs = config.epochs("epochs", missing=missing) or 0
    batch, world = _batch(config), _world(config)
    samples = _samples(config)
    counted = batches_of(config, "batch", batch=max(1, batch // world), world=world, samples=samples)
    if counted.number is None:
        help = ("--samples N, the images that are trained on", "--batches-per-epoch N")
        raise config.needs_steps("warmup_epochs" if config.has("warmup_epochs") else "epochs", help)
    batches = counted.number
    values = {name: config.number(name, default) for name, default in _RATES.items()}
    for name in ("lr0", "lrf", "warmup_bias_lr"):
        range_ = f"'{name}={values[name]}' is an invalid value. Valid '{name}' values are between 0.0 and 1.0."
        config.refuse_first((not 0 <= values[name] <= 1, name, f"ValueError: {range_}"))
    nbs = config.count("nbs", 64, at_least=1)
    optimizer = _optimizer(config, values["lr0"], nominal_batches(samples, batches, batch, nbs, epochs))
    why = {name: name if config.has(name) else f"{name} is not in the file" for name in values}
    if optimizer.auto:
        values["lr0"], values["warmup_bias_lr"] = optimizer.lr, 0.0
        why["lr0"] = f"optimizer auto takes {optimizer.name} with this rate, whatever lr0 is"
        why["warmup_bias_lr"] = "optimizer auto sets it to 0"
    draft.put_length(Length(batches * epochs, f"{epochs} epochs of {batches} batches", "epochs"))
    draft.put("steps_per_epoch", batches, at="batch", why=counted.how)
    draft.put("schedule.type", "ultralytics.trainer")
    draft.put("schedule.epochs", epochs, at="epochs")
    draft.put("schedule.batch", batch, at="batch")
    for name, value in values.items():
        draft.put(f"schedule.{name}", float(value), at=name, why=why[name])
    draft.put_fields({"cos_lr": False, "nbs": 64})
    draft.put("schedule.optimizer", optimizer.name, at="optimizer")
    if config.release_given:
        draft.put("emulate", f"ultralytics-{config.release}", why="the release that was asked for")
    _remark_warmup(config, values["warmup_epochs"], epochs, batches)


def _batch(config: Config) -> int:
    """The images of a batch, on all devices together."""
    if config.given.batch_size is not None:
        return config.given.batch_size * _world(config)
    batch = config.number("batch")
    if batch is None:
        if config.given.samples is None:
            return 16
        raise config.fail("batch", "needs-value", "the batch size is not in the file", "--batch-size N")
    if batch < 1 or batch % 1:
        message = f"batch {batch:g} leaves the batch size to AutoBatch, which measures the GPU"
        raise config.fail("batch", "needs-value", message, "--batch-size N, as the log of the training prints it")
    return int(batch)


def _samples(config: Config) -> int | None:
    """The images that are trained on: --samples, or the `fraction` of them."""
    samples = config.given.samples
    fraction = config.number("fraction", 1.0)
    if samples is None or fraction >= 1:
        return samples
    if fraction <= 0:
        raise config.fail("fraction", "bad-value", f"fraction must be above 0, not {fraction:g}")
    return max(1, round(samples * fraction))


def _world(config: Config) -> int:
    """The devices: --world-size, or as many as `device` lists."""
    node = config.node("device")
    listed = len(node.items) if isinstance(node, Sequence) else str(getattr(node, "value", "")).count(",") + 1
    return config.given.world_size or max(1, listed)


def _optimizer(config: Config, lr0: float, iterations: tuple[int, int]) -> Optimizer:
    name = config.text("optimizer", "auto", ("SGD", "Adam", "AdamW", "MuSGD", "auto"))
    known = None if name.lower() != "auto" or iterations[0] > MANY else _classes(config, iterations)
    try:
        chosen = build_optimizer(name, lr0, known or 0, config.release, iterations)
    except Refuses as error:
        raise config.raises("optimizer", f"{error.exception}: {error.reason}") from None
    except InvalidValue:
        message = "optimizer auto chooses by the number of images"
        raise config.fail("optimizer", "needs-steps", message, "--samples N, the images that are trained on") from None
    if chosen.auto and config.has("lr0"):
        what = f"lr0 {lr0:g} is ignored: optimizer auto trains with {chosen.name} at {chosen.lr:g}"
        advice = "write optimizer: SGD (or AdamW) to use lr0"
        config.remark("lr0", "lr0-ignored", what, "it depends on the length of the run and on the classes", advice)
    return chosen


def _classes(config: Config, iterations: tuple[int, int]) -> int | None:
    """The number of classes, by which `auto` chooses the rate of a short run."""
    classes = 1 if config.flag("single_cls") else config.count("nc", at_least=1)
    if classes is None and iterations[1] <= MANY:
        message = "optimizer auto chooses the rate by the number of classes, which is not in the file"
        raise config.fail("optimizer", "needs-value", message, "--set nc=N")
    return classes


def _remark_warmup(config: Config, warmup_epochs: float, epochs: int, batches: int) -> None:
    if config.at_least("8.4.190"):
        warmup = round(min(warmup_epochs, max(epochs - 1, 0)) * batches)
    else:
        warmup = max(round(warmup_epochs * batches), 100) if warmup_epochs > 0 else 0
    key = "warmup_epochs" if config.has("warmup_epochs") else "epochs"
    config.remark_long_warmup(key, warmup, epochs * batches, "batches")
    if warmup < epochs * batches and (0 < warmup_epochs * batches < 100 or epochs <= warmup_epochs):
        what = f"releases differ here: the warmup has {warmup} batches in ultralytics {config.release}"
        why = "up to 8.4.0 it has at least 100 batches; in 8.4.190 it ends before the last epoch"
        config.remark(key, "releases-differ", what, why, level="note")


FORMAT = Format(
    "ultralytics",
    "ultralytics args.yaml",
    ("pyyaml",),
    translate,
    lacks=_lacks,
    framework=FRAMEWORK.name,
    releases=FRAMEWORK.examined,
)
