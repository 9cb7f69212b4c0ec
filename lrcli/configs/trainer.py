"""The rules of the Hugging Face Trainer, which several formats share: its releases, warmup, and the schedule's name.

From reading transformers 4.20 to 5.24 (`trainer.py`, `training_args.py`, `optimization.py`).
"""

from __future__ import annotations

import math
from dataclasses import replace

from lrcli.configs.config import Config
from lrcli.configs.counts import EpochCount, Length, batches_of, option_count, updates_of
from lrcli.configs.draft import Draft, arguments_of
from lrcli.configs.nodes import with_entry
from lrcli.configs.syntax.json import read as read_json
from lrcli.errors import SpecError
from lrcli.reader.nodes import Scalar
from lrcli.reader.source import Source

RELEASES = (
    *("4.20.1", "4.30.2", "4.38.2", "4.43.4", "4.45.2", "4.46.3", "4.47.1", "4.49.0", "4.51.3", "4.52.4", "4.53.3"),
    *("4.54.1", "4.55.4", "4.57.1", "5.0", "5.1", "5.2", "5.3", "5.8"),
    *(f"5.{minor}" for minor in range(10, 25)),
)
NAMES = (
    *("linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt"),
    *("cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay"),
)
"""The names of lr_scheduler_type that depend on the step alone."""
_SINCE = {
    "inverse_sqrt": "4.27",
    "reduce_lr_on_plateau": "4.30",
    "cosine_with_min_lr": "4.40",
    "warmup_stable_decay": "4.41",
    "cosine_warmup_with_min_lr": "4.54",
    "greedy": "5.1",
}
"""The releases that these names came with, and lr_scheduler_kwargs below (from looking into their packages)."""
_KWARGS_SINCE = "4.36"
_OF_METRIC = {"reduce_lr_on_plateau": "ReduceLROnPlateau", "greedy": "GreedyLR"}
"""The names whose schedules depend on a metric, with their classes."""
_KWARGS = "lr_scheduler_kwargs"


def put_first_step(config: Config, draft: Draft) -> None:
    """Say how the Trainer's log counts: from 4.50 on its step i has the rate of update i - 1."""
    if config.at_least("4.50"):
        draft.put("first_step", 1, why="the Trainer's log counts from 1")


def warmup(config: Config, steps: int) -> tuple[int | float, str | None, str]:
    """(the updates of the warmup, the key that gives them, how) by TrainingArguments.get_warmup_steps."""
    counted = config.number("warmup_steps", 0)
    ratio = config.number("warmup_ratio")
    if counted < 0:
        message = f"ValueError: Got warmup_steps = {counted}, Expected value warmup_steps >= 0"
        raise config.raises("warmup_steps", message)
    if ratio is not None and not 0 <= ratio <= 1:
        raise config.raises("warmup_ratio", "ValueError: warmup_ratio must lie in range [0,1]")
    if 0 < counted < 1:
        what = f"warmup_steps {counted:g} is a share of the run from transformers 5.0 on"
        config.remark("warmup_steps", "releases-differ", what, "up to 4.57 it is a part of one update", level="note")
    is_new = config.at_least("5.0")
    takes_ratio = ratio is not None if is_new else bool(ratio) and not counted
    if counted and ratio is not None and (ratio or is_new):
        ignored, taken = ("warmup_steps", "warmup_ratio") if takes_ratio else ("warmup_ratio", "warmup_steps")
        what = f"{ignored} is ignored: {taken} is given, too"
        why = "transformers 4.x takes warmup_steps where both are given; 5.0 to 5.14 take warmup_ratio"
        config.remark(ignored, "warmup-twice", what, why)
    if takes_ratio:
        share, key = ratio or 0, "warmup_ratio"
    else:
        share, key = counted, "warmup_steps" if is_new or config.has("warmup_steps") else "warmup_ratio"
    if not share or not (takes_ratio or is_new):
        return int(share) if share % 1 == 0 else share, key, ""
    if is_new and share >= 1:
        return int(share), key, "" if share % 1 == 0 and not takes_ratio else f"int({share!r}) from {key}"
    return math.ceil(steps * share), key, f"ceil({steps} * {share!r}) from {key}"


def refuse_ratio(config: Config) -> None:
    """Raise what transformers raises from 5.15 on for warmup_ratio."""
    if config.node("warmup_ratio") is not None and config.at_least("5.15"):
        message = "ValueError: Some keys are not used by the HfArgumentParser: ['warmup_ratio']"
        help = "write warmup_steps: 0.1 for a share of the run, or read it as transformers-5.14"
        raise config.raises("warmup_ratio", message, help)


def put_schedule(
    config: Config,
    draft: Draft,
    name: str,
    key: str,
    steps: int,
    warm: int | float,
    warm_key: str | None,
    how: str = "",
) -> None:
    """Write the schedule of a name of lr_scheduler_type, with what lr_scheduler_kwargs says."""
    config.offer(key, name, NAMES)
    if name in _OF_METRIC:
        message = f"{name} ({_OF_METRIC[name]}) depends on a metric of the run, which is not in the file"
        raise config.fail(key, "needs-value", message)
    since = _SINCE.get(name, "0")
    if name not in NAMES or not config.at_least(since):
        names = [known for known in (*NAMES, *_OF_METRIC) if config.at_least(_SINCE.get(known, "0"))]
        message = f"ValueError: {name!r} is not a valid SchedulerType, please select one of {names}"
        raise config.raises(key, message, f"it came with transformers {since}" if name in _SINCE else "")
    draft.put("schedule.type", f"transformers.{name}", at=key if config.has(key) else None, why=key)
    if name != "constant":
        draft.put("schedule.num_warmup_steps", warm, at=warm_key, why=how)
        remark_long_warmup(config, warm_key or key, warm, steps)
    elif warm:
        what = f"{(warm_key or 'the warmup').rpartition('.')[2]} is ignored: lr_scheduler_type constant has no warmup"
        config.remark(warm_key or key, "warmup-ignored", what, "", "constant_with_warmup has one")
    if name not in ("constant", "constant_with_warmup", "inverse_sqrt"):
        draft.put("schedule.num_training_steps", steps)


def remark_long_warmup(config: Config, key: str, warmup: float, steps: int) -> None:
    """Tell of a warmup that is as long as the run."""
    config.remark_long_warmup(key, warmup, steps, consequence=": the LR never comes down")


def kwargs_of(name: str) -> dict[str, type]:
    """The further arguments of a schedule with their types; a constant one ignores them all."""
    return {} if "constant" in name else arguments_of(f"transformers.{name}", "num_warmup_steps", "num_training_steps")


def put_kwargs(config: Config, draft: Draft, name: str) -> None:
    """Write the keyword arguments of a schedule, refused where its function would refuse them."""
    words = kwargs_of(name)
    config.knows(*(f"{_KWARGS}.{word}" for word, kind in words.items() if kind is not str))
    node = config.known(_KWARGS)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        _read_json(config, node)
    if node is not None and not config.at_least(_KWARGS_SINCE):
        message = f"ValueError: Some keys are not used by the HfArgumentParser: ['{_KWARGS}']"
        raise config.raises(_KWARGS, message, f"it came with transformers {_KWARGS_SINCE}")
    if "constant" in name:
        return
    config.refuse_others(_KWARGS, tuple(words), f"the schedule {name}")
    if "min_lr" in words:
        _check_min_lr(config)
    draft.put_fields(words, _KWARGS, comment=_KWARGS)


def _check_min_lr(config: Config) -> None:
    rate, floor = (config.number(f"{_KWARGS}.{word}") for word in ("min_lr_rate", "min_lr"))
    one_of = "ValueError: One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`"
    config.refuse_first(
        (
            floor is not None and rate is not None,
            _KWARGS,
            "ValueError: Only one of min_lr or min_lr_rate should be set",
        ),
        (floor is None and rate is None, _KWARGS if config.has(_KWARGS) else "lr_scheduler_type", one_of),
    )
    if rate is not None and 0 < rate < 1e-3:
        what = f"min_lr_rate {rate:g} is a factor of the learning rate, and looks like a learning rate"
        advice = f"write min_lr: {rate:g} if that is meant"
        config.remark(f"{_KWARGS}.min_lr_rate", "min-lr-rate", what, "the floor is this times the peak", advice)


def _read_json(config: Config, node: Scalar) -> None:
    """Put the mapping that a text holds as JSON in its place, as the Trainer reads it."""
    try:
        inner = read_json(Source(config.source.name, str(node.value)))
    except SpecError:
        raise config.fail(_KWARGS, "wrong-type", f"{_KWARGS} must be a mapping, not {node}") from None
    entries = [(replace(word, place=node.place), replace(value, place=node.place)) for word, value in inner.entries]
    config.root = with_entry(config.root, _KWARGS, replace(inner, entries=tuple(entries)))


_ACCUMULATION, _BATCH, _EPOCHS = "gradient_accumulation_steps", "per_device_train_batch_size", "num_train_epochs"
_MAX_EPOCHS = 10**9


def updates_per_epoch(config: Config, batches: int, accumulation: int) -> int:
    """Optimizer steps in an epoch of so many batches on each device."""
    return max(1, -(-batches // accumulation) if config.at_least("4.52") else batches // accumulation)


def run_length(config: Config, samples: int | None, needed_by: str) -> Length:
    """The updates of the run: --steps, max_steps, or counted from the samples. Raises the error needs-steps."""
    given = config.given
    config.knows(_EPOCHS, _BATCH, _ACCUMULATION, "dataloader_drop_last", "warmup_steps", "warmup_ratio")
    max_steps = config.count("max_steps", -1)
    down = not config.at_least("4.52")
    updates = updates_of(config, _ACCUMULATION, _batches(config, samples), down=down)
    per_epoch = None if updates.number is None else max(1, updates.number)
    if given.steps is not None:
        return Length(given.steps, per_epoch=per_epoch)
    if updates.batches is not None:
        _remark_rounding(config, updates.batches, config.count(_ACCUMULATION, 1, at_least=1))
    if max_steps > 0 and given.epochs is None:
        return Length(max_steps, "max_steps", "max_steps", per_epoch)
    epochs = given.epochs or config.number(_EPOCHS, 3.0)
    if not 0 < epochs <= _MAX_EPOCHS:
        raise config.fail(_EPOCHS, "bad-value", f"{_EPOCHS} must be above 0, not {epochs:g}")
    if per_epoch is None:
        raise config.needs_steps(needed_by)
    how = f"ceil({epochs:g} epochs * {per_epoch}); {updates.how}"
    return Length(math.ceil(epochs * per_epoch), how, _EPOCHS, per_epoch)


def _remark_rounding(config: Config, batches: int, accumulation: int) -> None:
    """Tell of batches that are left over in an epoch, of which only some releases make an update."""
    down, up = max(1, batches // accumulation), -(-batches // accumulation)
    if down != up:
        what = f"an epoch has {up} updates from transformers 4.52 on, and {down} before"
        why = f"{batches} batches are no multiple of {accumulation}: the rest makes an update only from 4.52 on"
        config.remark(_ACCUMULATION, "releases-differ", what, why, level="note")


def _batches(config: Config, samples: int | None) -> EpochCount:
    generates = any(config.node(key) is not None for key in ("num_generations", "reward_funcs"))
    given = option_count(config, "batches_per_epoch", "steps_per_epoch").number
    if generates and samples is not None and given is None:
        return _generated(config, samples, config.count(_ACCUMULATION, 1, at_least=1))
    return batches_of(config, _BATCH, 8, together=True, drop="dataloader_drop_last", samples=samples)


def _generated(config: Config, prompts: int, accumulation: int) -> EpochCount:
    """The batches of GRPO and RLOO, whose batch size counts completions (TRL 1.16's RepeatSampler).

    Whole rounds of prompts are taken: each has `completions` completions, and is used in `rounds` batches.
    """
    batch = (config.given.batch_size or config.count(_BATCH, 8, at_least=1)) * (config.given.world_size or 1)
    completions = config.count("num_generations", 8, at_least=1)
    whole = config.count("generation_batch_size", at_least=1)
    rounds = config.count("steps_per_generation", at_least=1)
    if whole is not None and rounds is not None:
        message = "ValueError: 'generation_batch_size' and 'steps_per_generation' can not be both configured"
        raise config.raises("generation_batch_size", message)
    rounds = rounds or (accumulation if whole is None else whole // batch)
    whole = whole or batch * rounds
    if whole % completions or whole % batch:
        message = (
            f"ValueError: generation_batch_size ({whole}) must be divisible by num_generations ({completions}) and by "
            f"the global batch size ({batch})"
        )
        raise config.raises("num_generations", message, "--world-size N, or another per_device_train_batch_size")
    taken = prompts // (whole // completions)
    if not taken:
        raise config.fail("num_generations", "bad-value", f"{prompts} prompts make no whole batch of generations")
    batches = taken * rounds * config.count("num_iterations", 1, at_least=1)
    what = f"--samples counts the prompts, of which each has {completions} completions in a batch"
    config.remark("num_generations", "generations", what, level="note")
    return EpochCount(batches, f"floor({prompts} * {completions} / {whole}) rounds of {rounds} batches of completions")
