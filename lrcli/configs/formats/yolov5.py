"""YOLOv5's hyp.yaml and opt.yaml: its own train.py, whose scheduler lags an epoch behind after the warmup."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.nodes import entry_at
from lrcli.configs.syntax.pyyaml import read
from lrcli.reader.nodes import Mapping, Scalar

RELEASES = ("5.0", "6.0", "6.1", "6.2", "7.0")
_DEFAULTS = {"lr0": 0.01, "lrf": 0.01, "warmup_epochs": 3.0, "warmup_bias_lr": 0.1}


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be hyperparameters or options of YOLOv5."""
    if has(root, "hyp"):
        return () if has(root, "hyp.lr0") else lacking(root, "weights", "cfg", "epochs")
    return lacking(root, "lr0", "lrf", "anchor_t|cls_pw|obj_pw|fl_gamma")


def accepts(config: Config) -> str | None:
    """The release that a file is of: linear_lr was there up to 6.0."""
    return "6.0" if config.node("linear_lr") is not None else None


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a YOLOv5 training."""
    hyp = _hyp(config)
    epochs = config.given.epochs or config.number("epochs")
    if epochs is None:
        message = "the number of epochs is not in a hyp.yaml (it stands in opt.yaml)"
        raise config.fail("lrf", "needs-steps", message, "--epochs N")
    if epochs < 1 or epochs % 1:
        raise config.fail("epochs", "bad-value", f"epochs must be a whole number of at least 1, not {epochs:g}")
    batches = _batches(config)
    values = {name: hyp.number(name, default) for name, default in _DEFAULTS.items()}
    if values["lr0"] <= 0:
        raise config.fail("lr0", "bad-value", f"lr0 must be above 0, not {values['lr0']:g}")
    least = 100 if config.at_least("6.2") else 1000
    warm = max(round(values["warmup_epochs"] * batches), least)
    place = {name: hyp.value_place(name) for name in values}
    draft.put("lr", float(values["lr0"]), at=place["lr0"], why="lr0")
    draft.put("steps", config.given.steps or int(epochs) * batches, at="epochs", why=f"{epochs:g} * {batches} batches")
    draft.put("steps_per_epoch", batches)
    curve, how = _curve(config, int(epochs), values["lrf"])
    bias = values["warmup_bias_lr"] / values["lr0"]
    why = f"{how}; warmup of max(round({values['warmup_epochs']:g} * {batches}), {least}) = {warm} batches"
    weight = {"type": "lambda", "lr_lambda": _lambda(curve, batches, warm, 0.0)}
    draft.put("schedule.type", "lambda", at=place["lrf"])
    draft.put("schedule.lr_lambda", weight["lr_lambda"], at=place["lrf"], why=why)
    groups = [
        {"name": "weight", "lr": float(values["lr0"])},
        {"name": "bn", "lr": float(values["lr0"])},
        {
            "name": "bias",
            "lr": float(values["lr0"]),
            "schedule": {"type": "lambda", "lr_lambda": _lambda(curve, batches, warm, bias)},
        },
    ]
    draft.put("groups", groups, at=place["warmup_bias_lr"], why="biases begin at warmup_bias_lr")
    if warm >= int(epochs) * batches:
        what = f"the warmup of {warm} batches is as long as the run of {int(epochs) * batches}"
        config.remark("warmup_epochs", "warmup-too-long", what, f"it has at least {least} batches")


def _hyp(config: Config) -> Config:
    """The hyperparameters: the file itself, the mapping under `hyp`, or the file that `hyp` names."""
    from dataclasses import replace

    node = config.known("hyp")
    if node is None:
        return config
    if isinstance(node, Mapping):
        return replace(config, root=node)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        raise config.fail("hyp", "wrong-type", f"hyp must be a mapping or a file, not {node}")
    source = config.beside("hyp")
    return replace(config, root=read(source), source=source)


def _batches(config: Config) -> int:
    """The batches of an epoch."""
    given = config.given
    if given.batches_per_epoch is not None or given.steps_per_epoch is not None:
        return given.batches_per_epoch or given.steps_per_epoch or 1
    batch = given.batch_size or config.count("batch_size")
    key = "warmup_epochs" if entry_at(config.root, "warmup_epochs")[1] is not None else "epochs"
    if given.samples is None:
        raise config.needs_steps(key, ("--samples N, the images that are trained on", "--batches-per-epoch N"))
    if batch is None or batch < 1:
        raise config.fail(key, "needs-value", "the batch size is not in the file", "--batch-size N")
    return -(-given.samples // batch)


def _curve(config: Config, epochs: int, lrf: float) -> tuple[str, str]:
    """(the factor of epoch {x} as an expression, which curve it is and why)."""
    if config.at_least("6.1"):
        cosine, why = config.flag("cos_lr"), "cos_lr"
        last = epochs
    else:
        cosine, why = not config.flag("linear_lr"), "linear_lr"
        last = max(1, epochs - 1)
    if cosine:
        return f"((1 - cos(({{x}}) * pi / {epochs})) / 2) * ({lrf!r} - 1) + 1", f"cosine ({why})"
    return f"(1 - ({{x}}) / {last}) * (1.0 - {lrf!r}) + {lrf!r}", f"line ({why})"


def _lambda(curve: str, batches: int, warm: int, start: float) -> str:
    """The factor of batch `step`: warmup to the curve's value of the epoch, then that of the epoch before."""
    now = curve.format(x=f"step // {batches}")
    before = curve.format(x=f"step // {batches} - 1")
    first = f"{start!r} + ({now} - {start!r}) / {warm} * step" if start else f"({now}) / {warm} * step"
    return f"{first} if step <= {warm} else {now} if step // {batches} == {warm // batches} else {before}"


FORMAT = Format(
    "yolov5",
    "YOLOv5 hyp.yaml, opt.yaml",
    ("pyyaml",),
    misses,
    translate,
    framework="yolov5",
    releases=RELEASES,
    accepts=accepts,
)
