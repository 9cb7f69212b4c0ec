"""ultralytics' args.yaml: the arguments of a training, as `engine/trainer.py` uses them, batch by batch."""

from __future__ import annotations

import math

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.reader.nodes import Mapping

RELEASES = ("8.0.200", "8.2.100", "8.3.100", "8.3.200", "8.3.228", "8.4.0", "8.4.190")
_OPTIMIZERS = ("Adam", "Adamax", "AdamW", "NAdam", "RAdam", "RMSProp", "SGD", "MuSGD", "auto")
_RATES = {"lr0": 0.01, "lrf": 0.01, "warmup_epochs": 3.0, "warmup_bias_lr": 0.1}


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be the arguments of an ultralytics training."""
    return lacking(root, "lr0", "lrf", "epochs", "batch", "nbs|cos_lr|close_mosaic")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of an ultralytics training."""
    config.knows("nc", "single_cls", "optimizer", *_RATES)
    if config.number("time") is not None:
        message = "time limits the training in hours: the number of epochs is estimated anew while it runs"
        raise config.fail("time", "not-in-steps", message, "--set time=null --epochs N, for those it came to")
    epochs = config.given.epochs or config.number("epochs", 100)
    if epochs % 1 or epochs < 1:
        raise config.fail("epochs", "bad-value", f"epochs must be a whole number of at least 1, not {epochs:g}")
    batch = _batch(config)
    samples = _samples(config)
    given = config.given
    batches = given.batches_per_epoch or given.steps_per_epoch
    if samples is not None:
        batches = -(-samples // batch)
    if batches is None:
        help = ("--samples N, the images that are trained on", "--batches-per-epoch N")
        raise config.needs_steps("warmup_epochs" if config.has("warmup_epochs") else "epochs", help)
    values = {name: config.number(name, default) for name, default in _RATES.items()}
    for name in ("lr0", "warmup_bias_lr"):
        if values[name] < 0:
            raise config.fail(name, "bad-value", f"{name} must be at least 0, not {values[name]:g}")
    nbs = config.count("nbs", 64, at_least=1)
    optimizer = _optimizer(config)
    why = {name: name if config.has(name) else f"{name} is not in the file" for name in values}
    if optimizer == "auto":
        optimizer, values["lr0"], how = _auto(config, samples, batch, nbs, int(epochs))
        why["lr0"] = how
        values["warmup_bias_lr"] = 0.0
        why["warmup_bias_lr"] = "optimizer: auto sets it to 0"
    steps = given.steps or batches * int(epochs)
    draft.put("steps", steps, at="epochs", why=f"{int(epochs)} epochs of {batches} batches")
    draft.put("steps_per_epoch", batches, at="batch", why="" if samples is None else f"ceil({samples} / {batch})")
    draft.put("schedule.type", "ultralytics.trainer")
    draft.put("schedule.epochs", int(epochs), at="epochs")
    draft.put("schedule.batch", batch, at="batch")
    for name in _RATES:
        draft.put(f"schedule.{name}", float(values[name]), at=name, why=why[name])
    draft.put("schedule.cos_lr", config.flag("cos_lr"), at="cos_lr")
    draft.put("schedule.nbs", nbs, at="nbs")
    draft.put("schedule.optimizer", optimizer, at="optimizer")
    if config.asked:
        draft.put("emulate", f"ultralytics-{config.release}", why="the release that was asked for")
    _warmup_remark(config, values["warmup_epochs"], int(epochs), batches)


def _batch(config: Config) -> int:
    """The images of a batch, on all devices together."""
    if config.given.batch_size is not None:
        return config.given.batch_size * (config.given.world_size or 1)
    batch = config.number("batch", 16)
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


def _optimizer(config: Config) -> str:
    """The optimizer's name, spelled as ultralytics spells it."""
    name = config.text("optimizer", "auto")
    known = {one.lower(): one for one in _OPTIMIZERS}.get(name.lower())
    if known is None:
        message = f"NotImplementedError: Optimizer {name!r} not found in list of available optimizers {_OPTIMIZERS}"
        raise config.raises("optimizer", message)
    return known


def _auto(config: Config, samples: int | None, batch: int, nbs: int, epochs: int) -> tuple[str, float, str]:
    """(the optimizer, its rate, why) that `optimizer: auto` chooses."""
    if config.has("lr0"):
        what = f"lr0 {config.number('lr0', 0.01):g} is ignored: optimizer auto chooses the rate"
        advice = "write optimizer: SGD (or AdamW) to use lr0"
        config.remark("lr0", "lr0-ignored", what, "it depends on the length of the run and on the classes", advice)
    if samples is None:
        message = "optimizer auto chooses by the number of images"
        raise config.fail("optimizer", "needs-steps", message, "--samples N, the images that are trained on")
    iterations = math.ceil(samples / max(batch, nbs)) * epochs
    newest = config.at_least("8.4")
    if iterations > 10000:
        name = "MuSGD" if newest else "SGD"
        return name, 0.01, f"optimizer auto: {iterations} iterations, above 10000: {name} with 0.01"
    classes = 1 if config.flag("single_cls") else config.count("nc", at_least=1)
    if classes is None:
        message = "optimizer auto chooses the rate by the number of classes, which is not in the file"
        raise config.fail("optimizer", "needs-value", message, "--set nc=N")
    rate = round(0.002 * 5 / (4 + classes), 6)
    name = "MuSGD" if newest and not config.at_least("8.4.1") else "AdamW"
    how = f"optimizer auto: {iterations} iterations, at most 10000: {name} with round(0.002 * 5 / (4 + {classes}), 6)"
    return name, rate, how


def _warmup_remark(config: Config, warmup_epochs: float, epochs: int, batches: int) -> None:
    """Tell of a warmup that fills the run, and of the 100 batches that it has at least in older releases."""
    if config.at_least("8.4.190"):
        rows = round(min(warmup_epochs, max(epochs - 1, 0)) * batches)
    else:
        rows = max(round(warmup_epochs * batches), 100) if warmup_epochs > 0 else 0
    key = "warmup_epochs" if config.has("warmup_epochs") else "epochs"
    if rows >= epochs * batches:
        what = f"the warmup of {rows} batches is as long as the run of {epochs * batches}"
        config.remark(key, "warmup-too-long", what)
    elif 0 < warmup_epochs * batches < 100 or epochs <= warmup_epochs:
        what = f"releases differ here: the warmup has {rows} batches in ultralytics {config.release}"
        why = "up to 8.4.0 it has at least 100 batches; in 8.4.190 it ends before the last epoch"
        config.remark(key, "releases-differ", what, why, level="note")


FORMAT = Format(
    "ultralytics",
    "ultralytics args.yaml",
    ("pyyaml",),
    misses,
    translate,
    framework="ultralytics",
    releases=RELEASES,
)
