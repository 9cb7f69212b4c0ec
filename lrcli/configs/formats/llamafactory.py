"""LLaMA-Factory's YAML: a front end of the Hugging Face Trainer that reads through OmegaConf."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.counts import trained_on
from lrcli.configs.formats.deepspeed import scheduler_beside
from lrcli.configs.formats.huggingface import accepts, note_wrong_keys, put_run, trainer_values
from lrcli.configs.nodes import Unknown
from lrcli.configs.trainer import RELEASES, refuse_ratio

_RATE = 5e-5
"""The learning rate of a file without one: LLaMA-Factory's arguments are the Trainer's own in each stage."""
_NUMBERS = ("learning_rate", "per_device_train_batch_size", "gradient_accumulation_steps", "num_train_epochs")


def translate(config: Config, draft: Draft) -> None:
    config.knows("max_samples", "val_size", "streaming", "packing", "lr_scheduler_kwargs")
    for key in _NUMBERS:
        node = config.node(key)
        if isinstance(node, Unknown) and "${" in node.text:
            why = "LLaMA-Factory does not resolve ${...}: the file is a template that a shell fills in"
            raise config.raises(key, f"TypeError: {key} stays the text {node.text[:40]!r}; {why}", f"--set {key}=...")
    note_wrong_keys(config)
    refuse_ratio(config)
    _refuse(config)
    samples = _samples(config)
    if scheduler_beside(config, draft, lambda: trainer_values(config, samples, _RATE)):
        return
    if config.text("stage") == "ppo":
        message = "stage ppo counts its steps from its own buffer, which is not in the file"
        raise config.fail("stage", "needs-steps", message)
    steps, updates = put_run(config, draft, samples, _RATE)
    if config.text("lr_scheduler_type") == "warmup_stable_decay":
        _put_stable(config, draft, steps - updates)


def _put_stable(config: Config, draft: Draft, rest: int) -> None:
    """Write the lengths of warmup_stable_decay that the file leaves to create_custom_scheduler."""
    stable = rest // 3
    counts = {
        "num_stable_steps": (stable, "(steps - warmup) // 3"),
        "num_decay_steps": (rest - stable, "what is left of the run"),
    }
    for name, (steps, why) in counts.items():
        if config.node(f"lr_scheduler_kwargs.{name}") is None:
            draft.put(f"schedule.{name}", steps, at="lr_scheduler_type", why=why)


def _refuse(config: Config) -> None:
    if not config.flag("do_train", not config.flag("do_predict")):
        raise config.fail("do_train", "lr-from-elsewhere", "nothing is trained: do_train is not true")
    share, streaming = config.number("val_size", 0.0, least=0), config.flag("streaming")
    endless = streaming and config.count("max_steps", -1) == -1
    config.refuse_first(
        (
            share > 0 and config.has("eval_dataset"),
            "val_size",
            "ValueError: Cannot specify `val_size` if `eval_dataset` is not None.",
        ),
        (streaming and 0 < share < 1, "val_size", "ValueError: Streaming mode should have an integer val size."),
        (
            streaming and config.has("max_samples"),
            "max_samples",
            "ValueError: `max_samples` is incompatible with `streaming`.",
        ),
        (endless, "streaming", "ValueError: Please specify `max_steps` in streaming mode.", "--set max_steps=N"),
    )


def _samples(config: Config) -> int | None:
    """Count what is trained on: --samples, at most max_samples of each data set, without the rows of the validation."""
    samples = config.given.samples
    if config.flag("packing", config.text("stage") == "pt") or config.flag("neat_packing"):
        if samples is not None:
            what = "packing: --samples counts the packed sequences that are trained on, not the rows"
            config.remark("packing" if config.has("packing") else "stage", "packing", what, level="note")
        return samples
    most = config.count("max_samples", at_least=1)
    if most is not None:
        sets = config.text("dataset", "")
        most *= sets.count(",") + 1  # it caps each data set
        if samples is None and config.given.names() == []:
            config.remark("max_samples", "max-samples", f"the data is taken to have {most} rows or more", level="note")
        samples = most if samples is None else min(samples, most)
    return trained_on(config, "val_size", samples)


FORMAT = Format(
    "llamafactory",
    "LLaMA-Factory",
    ("omegaconf",),
    translate,
    ("stage", "finetuning_type"),
    over=("huggingface",),
    framework="transformers",
    releases=RELEASES,
    accepts=lambda config: accepts(config, ("5.8", "5.8")),
)
