"""Hugging Face TrainingArguments: the YAML and JSON of TRL, alignment-handbook, open-r1 and the run_*.py scripts."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.formats.deepspeed import Trainer, scheduler_beside
from lrcli.configs.trainer import RELEASES, put_first_step, put_kwargs, put_schedule, refuse_ratio, run_length, warmup
from lrcli.frameworks.base import version_parts

_MARKS = "lr_scheduler_type|warmup_ratio|warmup_steps|num_train_epochs|per_device_train_batch_size"
_VERSIONS = ("transformers_version", "_wandb.value.huggingface_version")
_TRL = ("dataset_name", "packing", "max_seq_length", "max_length", "model_revision", "attn_implementation", "beta")
_RATES = (5e-5, 2e-5, 1e-6, 1e-4)
"""The defaults of learning_rate: in TrainingArguments, SFTConfig, DPOConfig and GRPOConfig, RewardConfig."""

_WRONG_KEYS = {
    "lr_scheduler": "lr_scheduler_type",
    "lr_schedule": "lr_scheduler_type",
    "scheduler": "lr_scheduler_type",
    "scheduler_type": "lr_scheduler_type",
    "epochs": "num_train_epochs",
    "num_epochs": "num_train_epochs",
    "warmup": "warmup_steps",
    "num_warmup_steps": "warmup_steps",
    "lr_warmup_steps": "warmup_steps",
    "steps": "max_steps",
    "max_train_steps": "max_steps",
    "batch_size": "per_device_train_batch_size",
    "train_batch_size": "per_device_train_batch_size",
    "gradient_accumulation": "gradient_accumulation_steps",
}
"""Keys of other tools, and what the Trainer calls them: beside its own key they may be anything's."""


def accepts(config: Config, newest: tuple[str, str] = ("5.14", "")) -> str | None:
    """The release that wrote the file, where it says which; else the newest that takes warmup_ratio, if it is given.

    newest: that release, and the one of a file without it ("" for the newest of all).
    """
    for path in _VERSIONS:
        node = config.node(path)
        written = str(getattr(node, "text", ""))
        numbers = ".".join(written.split(".")[:3])
        if numbers.replace(".", "").isdecimal() and version_parts(RELEASES[0]) <= version_parts(numbers):
            return min(numbers, RELEASES[-1], key=version_parts)
    return newest[0] if config.node("warmup_ratio") is not None else newest[1] or None


def translate(config: Config, draft: Draft) -> None:
    config.knows("packing", "lr_scheduler_kwargs")
    note_wrong_keys(config)
    refuse_ratio(config)
    samples = config.given.samples
    if scheduler_beside(config, draft, lambda: trainer_values(config, samples)):
        return
    if config.flag("packing") and samples is not None:
        what = "packing: --samples counts the packed sequences, not the rows"
        config.remark("packing", "packing", what, level="note")
    put_run(config, draft, samples)


def trainer_values(config: Config, samples: int | None, default: float | None = None) -> Trainer:
    rate = read_lr(config, default)
    steps = run_length(config, samples, "deepspeed").steps
    return Trainer(rate, int(warmup(config, steps)[0]), steps)


def put_run(config: Config, draft: Draft, samples: int | None, default: float | None = None) -> tuple[int, int]:
    """Write the rate, the length and the schedule by the Trainer's rules; (the updates, those of the warmup)."""
    name = config.text("lr_scheduler_type", "linear")
    why = "" if config.has("learning_rate") else "the Trainer's default"
    draft.put("lr", read_lr(config, default), at="learning_rate", why=why)
    length = run_length(config, samples, _needed_by(config, name))
    draft.put_length(length)
    put_first_step(config, draft)
    updates, key, how = warmup(config, length.steps)
    put_schedule(config, draft, name, "lr_scheduler_type", length.steps, updates, key, how)
    put_kwargs(config, draft, name)
    return length.steps, int(updates)


def note_wrong_keys(config: Config) -> None:
    """Tell of keys of other tools, where the Trainer's own key for the same is missing."""
    same = {"warmup_steps": "warmup_ratio"}
    missing = {
        wrong: right
        for wrong, right in _WRONG_KEYS.items()
        if not config.has(right) and not config.has(same.get(right, right))
    }
    config.note_unread(missing, "transformers", lambda right: False)


def read_lr(config: Config, default: float | None) -> float:
    """The learning rate, which has a default that depends on the class (None: nobody knows which it is)."""
    missing = (
        "learning_rate is not in the file, and its default differs: 5e-5 for TrainingArguments, "
        "2e-5 for SFTConfig, 1e-6 for DPOConfig and GRPOConfig, 1e-4 for RewardConfig"
    )
    if config.default is not None and default is None:
        default = _RATES[min(config.default, len(_RATES) - 1)]
    rate = config.rate("learning_rate", missing, at="learning_rate", default=default)
    node = config.node("learning_rate")
    is_trl = any(config.root.get(name) is not None for name in _TRL)
    if config.syntax == "pyyaml" and isinstance(getattr(node, "value", None), str) and not is_trl:
        what = f"learning_rate: {node} for PyYAML, which TRL's parser makes a number of and HfArgumentParser does not"
        advice = "write it with a point: 1.0e-5"
        config.remark("learning_rate", "text-number", what, "training would fail on a text", advice, level="note")
    return rate


def _needed_by(config: Config, name: str) -> str:
    """The key whose meaning depends on the number of steps."""
    for key in ("warmup_ratio", "num_train_epochs", "lr_scheduler_type"):
        if config.has(key) and (key != "warmup_ratio" or (config.number(key) and name != "constant")):
            return key
    return "learning_rate"


FORMAT = Format(
    "huggingface",
    "Hugging Face TrainingArguments, TRL",
    ("json", "pyyaml"),
    translate,
    ("learning_rate|lr_scheduler_type", _MARKS, "learning_rate|per_device_train_batch_size"),
    framework="transformers",
    releases=RELEASES,
    accepts=accepts,
)
