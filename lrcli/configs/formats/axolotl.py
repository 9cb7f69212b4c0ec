"""Axolotl's YAML: a front end of the Hugging Face Trainer with rules of its own for steps, warmup and the cosine."""

from __future__ import annotations

from lrcli.configs.axolotl import BATCH, axolotl_warmup, run_of, streams, whole_count
from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.deepspeed import Trainer, scheduler_beside
from lrcli.configs.trainer import RELEASES, put_first_step, put_kwargs, put_schedule, remark_long_warmup

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
    """Write the spec of an Axolotl config."""
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
    run = run_of(config)
    draft.put("lr", rate, at="learning_rate")
    draft.put_length(run.length)
    put_first_step(config, draft)
    _put_schedule(config, draft, rate, run.length.steps, *axolotl_warmup(config, run))
    restarts = whole_count(config, "jagged_restart_steps")
    if restarts:
        _put_restarts(config, draft, restarts)


def _trainer_values(config: Config, rate: float) -> Trainer:
    run = run_of(config)
    return Trainer(rate, axolotl_warmup(config, run)[0], run.length.steps)


def _refuse(config: Config) -> None:
    """Raise what axolotl's own validation raises of the keys that bear on the rate."""
    batch = [key for key in BATCH if config.has(key)]
    counted, ratio = config.number("warmup_steps", 0), config.number("warmup_ratio")
    simpo = config.node("rl") is not None and config.text("rl") == "simpo"
    restarts = not config.flag("relora") or whole_count(config, "jagged_restart_steps")
    config.refuse_first(
        (
            len(batch) < 2,
            batch[0] if batch else "base_model",
            f"ValueError: At least two of [{', '.join(BATCH)}] must be set",
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
            streams(config) and not config.count("max_steps"),
            "pretraining_dataset",
            "ValueError: max_steps must be set when using streaming datasets or a pretraining_dataset",
            "--set max_steps=N",
        ),
        (
            streams(config) and config.number("val_set_size"),
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
    """Write the schedule by axolotl's own dispatch."""
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
    """Wrap the schedule into JaggedLRRestartScheduler."""
    if config.text("lr_scheduler") == "one_cycle":
        raise config.fail("jagged_restart_steps", "unknown-scheduler", "jagged restarts of one_cycle are not read")
    draft.wrap("axolotl.JaggedLRRestartScheduler", "inner_schedule", at="jagged_restart_steps")
    draft.put("schedule.jagged_restart_steps", every, at="jagged_restart_steps")
    for key, default in _RESTARTS.items():
        written = whole_count(config, key)
        draft.put(f"schedule.{key}", written or default, at=key, why="" if written else "axolotl's default")
    floor = config.number("cosine_min_lr_ratio")
    if floor:
        draft.put("schedule.min_lr_scale", floor, at="cosine_min_lr_ratio")


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
