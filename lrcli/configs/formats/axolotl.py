"""Axolotl's YAML: a front end of the Hugging Face Trainer with rules of its own for steps, warmup and the cosine."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.counts import Length, trained_on
from lrcli.configs.formats.deepspeed import Trainer, scheduler_beside
from lrcli.configs.trainer import (
    RELEASES,
    put_first_step,
    put_kwargs,
    put_schedule,
    remark_long_warmup,
    updates_per_epoch,
)
from lrcli.errors import SpecError
from lrcli.reader.nodes import Scalar

_WRONG_KEYS = {
    "lr": "learning_rate",
    "epochs": "num_epochs",
    "num_train_epochs": "num_epochs",
    "val_size": "val_set_size",
    "eval_set_size": "val_set_size",
    "gradient_accumulation": "gradient_accumulation_steps",
    "lr_scheduler_type": "lr_scheduler",
    "per_device_train_batch_size": "micro_batch_size",
    "relora_steps": "jagged_restart_steps",
    "relora_warmup_steps": "jagged_restart_warmup_steps",
    "relora_anneal_steps": "jagged_restart_anneal_steps",
}


_RESTARTS = {"jagged_restart_warmup_steps": 10, "jagged_restart_anneal_steps": 1}


def translate(config: Config, draft: Draft) -> None:
    config.knows("num_epochs", "val_set_size", "sample_packing", "warmup_steps", "warmup_ratio", "lr_quadratic_warmup")
    config.note_unread(_WRONG_KEYS, "axolotl", config.has)
    if not config.has("learning_rate"):
        help = "axolotl reads learning_rate, not lr" if config.node("lr") is not None else "--set learning_rate=..."
        raise config.raises("lr", "ValidationError: learning_rate: Field required", help)
    rate = float(config.number("learning_rate") or 0.0)
    _refuse(config)
    if scheduler_beside(config, draft, lambda: _trainer_values(config, rate)):
        return
    config.note_other_rates("lr_groups", "embedding_lr", "embedding_lr_scale", "loraplus_lr_ratio")
    run = _run_of(config)
    draft.put("lr", rate, at="learning_rate")
    draft.put_length(run.length)
    put_first_step(config, draft)
    _put_schedule(config, draft, rate, run.length.steps, *_warmup(config, run))
    restarts = _whole_count(config, "jagged_restart_steps")
    if restarts:
        _put_restarts(config, draft, restarts)


def _trainer_values(config: Config, rate: float) -> Trainer:
    run = _run_of(config)
    return Trainer(rate, _warmup(config, run)[0], run.length.steps)


def _refuse(config: Config) -> None:
    batch = [key for key in _BATCH if config.has(key)]
    counted, ratio = config.number("warmup_steps", 0), config.number("warmup_ratio")
    simpo = config.text("rl") == "simpo"
    restarts = not config.flag("relora") or _whole_count(config, "jagged_restart_steps")
    config.refuse_first(
        (
            len(batch) < 2,
            batch[0] if batch else "base_model",
            f"ValueError: At least two of [{', '.join(_BATCH)}] must be set",
        ),
        (
            counted % 1,
            "warmup_steps",
            "ValidationError: warmup_steps: Input should be a valid integer, got a number with a fractional part",
            f"--set warmup_steps=null --set warmup_ratio={counted:g}",
        ),
        (counted and ratio, "warmup_ratio", "ValueError: warmup_steps and warmup_ratio are mutually exclusive"),
        (simpo and ratio, "warmup_ratio", "ValueError: warmup_ratio is not supported with the simpo trainer"),
        (
            _streams(config) and not config.count("max_steps"),
            "pretraining_dataset",
            "ValueError: max_steps must be set when using streaming datasets or a pretraining_dataset",
            "--set max_steps=N",
        ),
        (
            _streams(config) and config.number("val_set_size"),
            "val_set_size",
            "ValueError: val_set_size is not supported with streaming datasets",
        ),
        (not restarts, "relora", "ValueError: jagged_restart_steps must be set to use ReLoRA"),
        (
            config.flag("relora") and config.text("lr_scheduler") == "one_cycle",
            "lr_scheduler",
            "ValueError: ReLoRA is not compatible with the one_cycle scheduler",
        ),
    )


def _put_schedule(
    config: Config, draft: Draft, rate: float, steps: int, warm: int, warm_key: str | None, how: str
) -> None:
    name = config.text("lr_scheduler", "cosine")
    floor = config.number("cosine_min_lr_ratio")
    share = config.number("cosine_constant_lr_ratio")
    for key, part in (("cosine_min_lr_ratio", floor), ("cosine_constant_lr_ratio", share)):
        outside = part is not None and not 0 <= part <= 1
        config.refuse_first((outside, key, f"AssertionError: {key} must be between 0.0 and 1.0"))
    if name == "one_cycle":
        draft.put("schedule.type", "one_cycle", at="lr_scheduler")
        draft.put("schedule.max_lr", rate, at="learning_rate")
        draft.put("schedule.total_steps", steps)
        draft.put("schedule.pct_start", warm / steps, at=warm_key, why=f"{warm} / {steps}; {how}")
        draft.put("schedule.anneal_strategy", "cos")
        draft.put_arguments("lr_scheduler_kwargs")
        return
    if name == "rex":
        if warm > steps:
            message = "ValueError: num_warmup_steps must be less than or equal to total_steps."
            raise config.raises("lr_scheduler", message)
        draft.put("schedule.type", "axolotl.RexLR", at="lr_scheduler")
        if floor is not None:
            draft.put("schedule.min_lr", rate * floor, at="cosine_min_lr_ratio", why=f"{rate!r} * {floor!r}")
        draft.put("schedule.total_steps", steps)
        draft.put("schedule.num_warmup_steps", warm, at=warm_key, why=how)
        return
    if name == "cosine" and config.flag("lr_quadratic_warmup"):
        curve = "lr_quadratic_warmup"
    elif name == "cosine" and floor:
        curve = "cosine_constant_lr_ratio" if share else "cosine_min_lr_ratio"
    else:
        put_schedule(config, draft, name, "lr_scheduler", steps, warm, warm_key, how)
        put_kwargs(config, draft, name)
        return
    draft.put("schedule.type", f"axolotl.{curve}", at=curve)
    draft.put("schedule.num_warmup_steps", warm, at=warm_key, why=how)
    draft.put("schedule.num_training_steps", steps)
    if curve == "cosine_constant_lr_ratio":
        draft.put("schedule.constant_lr_ratio", share, at="cosine_constant_lr_ratio")
    if curve != "lr_quadratic_warmup":
        draft.put("schedule.min_lr_ratio", floor, at="cosine_min_lr_ratio")
    remark_long_warmup(config, warm_key or "lr_scheduler", warm, steps)


def _put_restarts(config: Config, draft: Draft, every: int) -> None:
    if config.text("lr_scheduler") == "one_cycle":
        raise config.fail("jagged_restart_steps", "unknown-scheduler", "jagged restarts of one_cycle are not read")
    draft.wrap("axolotl.JaggedLRRestartScheduler", "inner_schedule", at="jagged_restart_steps")
    draft.put("schedule.jagged_restart_steps", every, at="jagged_restart_steps")
    for key, default in _RESTARTS.items():
        written = _whole_count(config, key)
        draft.put(f"schedule.{key}", written or default, at=key, why="" if written else "axolotl's default")
    floor = config.number("cosine_min_lr_ratio")
    if floor:
        draft.put("schedule.min_lr_scale", floor, at="cosine_min_lr_ratio")


_BATCH = ("micro_batch_size", "gradient_accumulation_steps", "batch_size")
"""The keys of which axolotl wants two."""
_GENERATING = ("grpo", "ebft")
"""The kinds of `rl` whose updates axolotl does not count: they depend on what the model generates."""


def _streams(config: Config) -> bool:
    """Whether the data is streamed, so that nobody can count it."""
    return config.has("pretraining_dataset") or config.flag("streaming")


def _whole_count(config: Config, key: str) -> int:
    node = config.node(key)
    if isinstance(node, Scalar) and node.value is False:
        return 0
    return config.count(key, 0, at_least=0)


@dataclass(frozen=True)
class AxolotlRun:
    """The length of a run, and the updates that its warmup is a share of (None where the data is needed for that).

    counts_warmup: whether axolotl counts the share itself, and does not leave it to transformers.
    """

    length: Length
    share_of: int | None
    counts_warmup: bool = True


def _run_of(config: Config) -> AxolotlRun:
    given = config.given
    most = config.count("max_steps", 0)
    if given.epochs is not None:
        most = min(most, 0)  # --epochs beats max_steps
    epochs = given.epochs or config.number("num_epochs", 1.0)
    if not 0 < epochs <= 1e9:
        raise config.fail("num_epochs", "bad-value", f"num_epochs must be above 0, not {epochs:g}")
    samples, per_epoch = trained_on(config, "val_set_size", given.samples), given.steps_per_epoch
    micro, accumulation, batch, world = _batch(config)
    rl = config.text("rl", "")
    calculated, how = None, ""
    if per_epoch is not None:
        calculated, how = math.ceil(per_epoch * epochs), given.option("steps_per_epoch")
    elif samples is not None and not config.flag("sample_packing") and rl not in _GENERATING:
        calculated, how = math.ceil(samples * epochs / batch), f"ceil({samples} * {epochs:g} / {batch})"
    if given.steps is not None:
        return AxolotlRun(Length(given.steps, per_epoch=per_epoch), given.steps, rl not in _GENERATING)
    if most > 0:
        share_of = most if _streams(config) or rl in _GENERATING else calculated
        capped = share_of if share_of is None or rl else min(share_of, most)
        return AxolotlRun(Length(most, "", "max_steps", per_epoch), capped, rl not in _GENERATING)
    if calculated is None:
        raise _uncounted(config, rl)
    share_of = calculated
    if most < 0:
        if not rl:
            share_of = most
            what = f"max_steps: {most} ends the warmup at once: axolotl takes it for the number of steps"
            why = "the warmup is a share of that"
            config.remark("max_steps", "max-steps-negative", what, why, "leave max_steps out")
        if samples is not None and per_epoch is None:
            per_epoch = updates_per_epoch(config, -(-samples // (micro * world)), accumulation)
            calculated, how = math.ceil(per_epoch * epochs), f"{epochs:g} epochs of {per_epoch}"
            share_of = calculated if rl else most
    return AxolotlRun(Length(calculated, how, "num_epochs", per_epoch), share_of)


def _uncounted(config: Config, rl: str) -> SpecError:
    uncounted = {
        "rl": rl in _GENERATING and f"rl: {rl} makes the number of steps depend on its generations",
        "sample_packing": config.flag("sample_packing")
        and "sample_packing makes the number of steps depend on the tokens of the data",
    }
    for key, message in uncounted.items():
        if message:
            return config.fail(key, "needs-steps", message, "--steps N, as axolotl prints them")
    return config.needs_steps(next((key for key in ("num_epochs", "warmup_ratio") if config.has(key)), "base_model"))


def _batch(config: Config) -> tuple[int, int, int, int]:
    """(the batch of one device, the accumulation, the samples of an update, the devices that share the data)."""
    micro = config.given.batch_size or config.count("micro_batch_size", at_least=1)
    accumulation = config.count("gradient_accumulation_steps", at_least=1)
    batch = config.count("batch_size", at_least=1)
    if micro is None:
        micro = max(1, (batch or 1) // (accumulation or 1))
    if accumulation is None:
        accumulation = max(1, (batch or micro) // micro)
    whole = batch if batch is not None and config.given.batch_size is None else micro * accumulation
    world = config.given.world_size or 1
    for key in ("context_parallel_size", "tensor_parallel_size"):
        world = max(1, world // (config.count(key, 1, at_least=0) or 1))
    return micro, accumulation, whole * world, world


def _warmup(config: Config, run: AxolotlRun) -> tuple[int, str | None, str]:
    """(updates of the warmup, the key that gives them, how)."""
    ratio, total = config.number("warmup_ratio", least=0, most=1), run.share_of
    if config.has("warmup_steps"):
        steps = config.count("warmup_steps", 0, at_least=0)
        if ratio:
            config.remark("warmup_ratio", "warmup-twice", "warmup_ratio is ignored: warmup_steps is given, too")
        return (2, "warmup_steps", "axolotl makes 2 of 1") if steps == 1 else (steps, "warmup_steps", "")
    key = None if ratio is None else "warmup_ratio"
    if total is None:
        name = "the warmup (3 %, as none is given)" if ratio is None else "warmup_ratio"
        what = f"{name} is a share of the steps that the data makes, of which max_steps takes only the first"
        counted = "--steps-per-epoch N" if config.flag("sample_packing") else "--samples N (1 GPU; --world-size N)"
        raise config.fail(key or "max_steps", "needs-steps", what, f"{counted}, or --set warmup_steps=N")
    if not run.counts_warmup:
        share = 0.03 if ratio is None else ratio
        return math.ceil(share * total), key, f"ceil({share!r} * {total}), which axolotl leaves to transformers"
    if ratio is None:
        warm, how = max(min(int(0.03 * total), 100), 0), f"no warmup is given: min(int(0.03 * {total}), 100)"
    else:
        warm, how = max(int(ratio * total), 0), f"int({ratio!r} * {total}) from warmup_ratio"
    return (2, key, f"{how}; axolotl makes 2 of 1") if warm == 1 else (warm, key, how)


FORMAT = Format(
    "axolotl",
    "Axolotl",
    ("pyyaml",),
    translate,
    ("base_model", "micro_batch_size|datasets|sequence_len|pretraining_dataset"),
    over=("huggingface",),
    framework="transformers",
    releases=RELEASES,
    accepts=lambda config: "5.14",
)
