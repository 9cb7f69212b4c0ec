"""Axolotl's YAML: a front end of the Hugging Face Trainer with rules of its own for steps, warmup and the cosine."""

from __future__ import annotations

import math

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.deepspeed import scheduler_beside
from lrcli.configs.trainer import RELEASES, put_first_step, put_kwargs, put_schedule, updates_per_epoch
from lrcli.reader.nodes import Mapping

_WRONG_KEYS = {
    "lr": "learning_rate",
    "epochs": "num_epochs",
    "num_train_epochs": "num_epochs",
    "val_size": "val_set_size",
    "eval_set_size": "val_set_size",
    "gradient_accumulation": "gradient_accumulation_steps",
    "lr_scheduler_type": "lr_scheduler",
    "per_device_train_batch_size": "micro_batch_size",
}
_BATCH = ("micro_batch_size", "gradient_accumulation_steps", "batch_size")
_WARM = "epoch / {w} if epoch < {w} else "


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be an Axolotl config."""
    return lacking(root, "base_model", "micro_batch_size|datasets|sequence_len|pretraining_dataset")


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of an Axolotl config."""
    config.knows("num_epochs", "val_set_size", "sample_packing", "warmup_steps", "warmup_ratio", "lr_quadratic_warmup")
    for wrong, right in _WRONG_KEYS.items():
        if config.node(wrong) is not None:
            what = f"axolotl reads {right}, not {wrong}"
            config.remark(wrong, "unread-key", what, f"{right} keeps its default" * (not config.has(right)))
    if not config.has("learning_rate"):
        help = "axolotl reads learning_rate, not lr" if config.node("lr") is not None else "--set learning_rate=..."
        raise config.raises("lr", "ValidationError: learning_rate: Field required", help)
    rate = float(config.number("learning_rate") or 0.0)
    if config.has("warmup_steps") and config.number("warmup_steps") and config.number("warmup_ratio"):
        raise config.raises("warmup_ratio", "ValueError: warmup_steps and warmup_ratio are mutually exclusive")
    if sum(config.has(key) for key in _BATCH) < 2:
        message = f"ValueError: At least two of [{', '.join(_BATCH)}] must be set"
        raise config.raises(next((key for key in _BATCH if config.has(key)), "base_model"), message)
    for key in ("relora", "jagged_restart_steps"):
        if config.flag(key) if key == "relora" else config.number(key):
            raise config.fail(key, "unknown-scheduler", f"{key} restarts the schedule in a way that is not read")
    if scheduler_beside(config, draft):
        return
    for key in ("lr_groups", "embedding_lr", "embedding_lr_scale", "loraplus_lr_ratio"):
        if config.has(key):
            config.remark(
                key, "other-groups", f"{key} gives some parameters another rate, which is not shown", level="note"
            )
    steps, how, at, per_epoch, total = _length(config)
    draft.put("lr", rate, at="learning_rate")
    draft.put("steps", steps, at=at, why=how)
    if per_epoch is not None:
        draft.put("steps_per_epoch", per_epoch)
    put_first_step(config, draft)
    warm, key_of_warm, warm_how = _warmup(config, total)
    _put_schedule(config, draft, rate, steps, warm, key_of_warm, warm_how)


def _length(config: Config) -> tuple[int, str, str | None, int | None, int | None]:
    """(updates of the run, how, the key that gives them, those of an epoch, those that a ratio of warmup refers to)."""
    given = config.given
    most = config.count("max_steps", 0)
    epochs = given.epochs or config.number("num_epochs", 1.0)
    if not 0 < epochs <= 1e9:
        raise config.fail("num_epochs", "bad-value", f"num_epochs must be above 0, not {epochs:g}")
    samples = _samples(config)
    micro, accumulation, whole = _batch(config)
    calculated, how, per_epoch = None, "", None
    if given.steps_per_epoch is not None:
        calculated, how = math.ceil(given.steps_per_epoch * epochs), given.option("steps_per_epoch")
        per_epoch = given.steps_per_epoch
    elif samples is not None and not (config.flag("sample_packing") and given.steps is None):
        calculated = math.ceil(samples * epochs / whole)
        how = f"ceil({samples} * {epochs:g} / {whole})"
    if given.steps is not None:
        return given.steps, "--steps", None, per_epoch, given.steps
    if most > 0:
        return most, "", "max_steps", per_epoch, None if calculated is None else min(calculated, most)
    if calculated is None:
        key = next((key for key in ("sample_packing", "num_epochs", "warmup_ratio") if config.has(key)), "base_model")
        if config.flag("sample_packing"):
            message = "sample_packing makes the number of steps depend on the tokens of the data"
            raise config.fail("sample_packing", "needs-steps", message, "--steps N, as axolotl prints them")
        raise config.needs_steps(key)
    if most < 0:
        what = f"max_steps: {most} ends the warmup at once: axolotl takes it for the number of steps"
        config.remark("max_steps", "max-steps-negative", what, "the warmup is a share of that", "leave max_steps out")
        if samples is not None and given.steps_per_epoch is None:
            world = given.world_size or 1
            updates = updates_per_epoch(config, -(-samples // (micro * world)), accumulation)
            return math.ceil(updates * epochs), f"{epochs:g} epochs of {updates}", "num_epochs", updates, most
        return calculated, how, "num_epochs", per_epoch, most
    return calculated, how, "num_epochs", per_epoch, calculated


def _samples(config: Config) -> int | None:
    """The rows that are trained on: --samples without those of val_set_size."""
    samples = config.given.samples
    held = config.number("val_set_size", 0.0)
    if samples is None or not held:
        return samples
    if held < 0:
        raise config.fail("val_set_size", "bad-value", f"val_set_size must be at least 0, not {held:g}")
    taken = math.ceil(samples * held) if held < 1 else int(held)
    if taken >= samples:
        raise config.fail("val_set_size", "bad-value", f"val_set_size takes {taken} of {samples} rows: none is left")
    return samples - taken


def _batch(config: Config) -> tuple[int, int, int]:
    """(the batch of one device, the accumulation, the samples of an update)."""
    micro = config.given.batch_size or config.count("micro_batch_size", at_least=1)
    accumulation = config.count("gradient_accumulation_steps", at_least=1)
    batch = config.count("batch_size", at_least=1)
    if micro is None:
        micro = max(1, (batch or 1) // (accumulation or 1))
    if accumulation is None:
        accumulation = max(1, (batch or micro) // micro)
    whole = batch if batch is not None and config.given.batch_size is None else micro * accumulation
    return micro, accumulation, whole * (config.given.world_size or 1)


def _warmup(config: Config, total: int | None) -> tuple[int, str | None, str]:
    """(updates of the warmup, the key that gives them, how)."""
    steps = config.count("warmup_steps", at_least=0)
    ratio = config.number("warmup_ratio")
    if steps is not None and not (ratio and not steps):
        how = "axolotl makes 2 of 1" if steps == 1 else ""
        return 2 if steps == 1 else steps, "warmup_steps", how
    if total is None:
        key = "warmup_ratio" if ratio is not None else "max_steps"
        raise config.needs_steps(key)
    if ratio is not None:
        if not 0 <= ratio <= 1:
            raise config.fail("warmup_ratio", "bad-value", f"warmup_ratio must lie between 0 and 1, not {ratio:g}")
        warm = max(int(ratio * total), 0)
        how = f"int({ratio!r} * {total}) from warmup_ratio"
    else:
        warm = max(min(int(0.03 * total), 100), 0)
        how = f"no warmup is given: min(int(0.03 * {total}), 100)"
    if warm == 1:
        return 2, "warmup_ratio" if ratio is not None else None, f"{how}; axolotl makes 2 of 1"
    return warm, "warmup_ratio" if ratio is not None else None, how


def _put_schedule(
    config: Config, draft: Draft, rate: float, steps: int, warm: int, warm_key: str | None, how: str
) -> None:
    """Write the schedule by axolotl's own dispatch."""
    name = config.text("lr_scheduler", "cosine")
    floor = config.number("cosine_min_lr_ratio")
    share = config.number("cosine_constant_lr_ratio")
    for key, part in (("cosine_min_lr_ratio", floor), ("cosine_constant_lr_ratio", share)):
        if part is not None and not 0 <= part <= 1:
            raise config.raises(key, f"AssertionError: {key} must be between 0.0 and 1.0")
    if name == "one_cycle":
        draft.put("schedule.type", "one_cycle", at="lr_scheduler")
        draft.put("schedule.max_lr", rate, at="learning_rate")
        draft.put("schedule.total_steps", steps)
        draft.put("schedule.pct_start", warm / steps, at=warm_key, why=f"{warm} / {steps}; {how}")
        draft.put("schedule.anneal_strategy", "cos")
        kwargs = config.mapping("lr_scheduler_kwargs")
        for word, value in () if kwargs is None else kwargs.entries:
            draft.put(f"schedule.{word.text}", value, at=f"lr_scheduler_kwargs.{word.text}")
        return
    if name == "rex":
        _put_rex(config, draft, rate, steps, warm, floor)
        return
    ramp = _WARM.format(w=max(1, warm)) if warm else ""
    rest = max(1, steps - warm)
    if name == "cosine" and config.flag("lr_quadratic_warmup"):
        squared = f"(epoch / {warm}) ** 2 if epoch < {warm} else " if warm else ""
        text = f"{squared}max(0.0, 0.5 * (1.0 + cos(pi * 0.5 * 2.0 * ((epoch - {warm}) / {rest}))))"
        _put_lambda(config, draft, text, "lr_quadratic_warmup", how)
    elif name == "cosine" and floor and share:
        until = int(steps * share)
        p = f"(min(epoch, {until}) - {warm}) / {max(1, until - warm)}"
        text = f"{ramp}max(0, 0.5 * (1.0 + cos(pi * 0.5 * 2.0 * ({p})))) * (1.0 - {floor!r}) + {floor!r}"
        _put_lambda(config, draft, text, "cosine_constant_lr_ratio", how)
    elif name == "cosine" and floor:
        text = f"{ramp}(1 - {floor!r}) * (0.5 * (1.0 + cos(pi * ((epoch - {warm}) / {rest})))) + {floor!r}"
        _put_lambda(config, draft, text, "cosine_min_lr_ratio", how)
    else:
        put_schedule(config, draft, name, "lr_scheduler", steps, warm, warm_key, how)
        put_kwargs(config, draft, name)


def _put_lambda(config: Config, draft: Draft, text: str, key: str, how: str) -> None:
    draft.put("schedule.type", "lambda", at=key, why=f"axolotl's own cosine ({key})")
    draft.put("schedule.lr_lambda", text, at=key, why=how)


def _put_rex(config: Config, draft: Draft, rate: float, steps: int, warm: int, floor: float | None) -> None:
    """Write RexLR, which steps in its constructor: update i uses its value i + 1. The rate stands inside."""
    least = rate * floor if floor is not None else 0
    if warm > steps:
        raise config.raises("lr_scheduler", "ValueError: num_warmup_steps must be less than or equal to total_steps.")
    rest = steps - warm
    z = f"(({rest} - (epoch + 1 - {warm})) / {rest})"
    ratio = least / rate if rate else 0.0
    curve = f"{rate!r} * ({ratio!r} + (1.0 - {ratio!r}) * ({z} / (0.1 + 0.9 * {z})))"
    ramp = f"{rate!r} * (epoch + 1) / {warm} if epoch + 1 <= {warm} else " if warm else ""
    end = f"{least!r} if epoch + 1 - {warm} >= {rest} else " if rest else f"{least!r} if True else "
    draft.put("lr", 1.0, at="learning_rate", why="the rate stands in the expression")
    draft.put("schedule.type", "lambda", at="lr_scheduler", why="RexLR")
    draft.put("schedule.lr_lambda", f"{ramp}{end}{curve if rest else repr(least)}", at="lr_scheduler")


FORMAT = Format(
    "axolotl",
    "Axolotl",
    ("pyyaml",),
    misses,
    translate,
    over=("huggingface",),
    framework="transformers",
    releases=RELEASES,
    accepts=lambda config: "5.14",
)
