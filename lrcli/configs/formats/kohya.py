"""kohya's sd-scripts: the TOML of --config_file, as `get_scheduler_fix` of `library/train_util.py` uses it."""

from __future__ import annotations

import ast
from typing import Any

from lrcli.configs.base import Config, Draft, Format, lacking
from lrcli.configs.counts import Length, batches_of, updates_of, whole_epochs
from lrcli.configs.named import Named
from lrcli.configs.nodes import mapping_of, node_of
from lrcli.configs.torch_objects import put_scheduler
from lrcli.configs.trainer import kwargs_of
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence

_MARKS = "network_module|max_train_epochs|max_train_steps|pretrained_model_name_or_path"
_NAMES = (
    *("linear", "cosine", "cosine_with_restarts", "polynomial", "constant", "constant_with_warmup", "inverse_sqrt"),
    *("cosine_with_min_lr", "warmup_stable_decay"),
)
_ONE_OF = f"it is one of {', '.join(_NAMES)}"
_KEYS = (
    "lr_",
    "learning_rate",
    "max_train_",
    "gradient_accumulation",
    "train_batch_size",
    "unet_lr",
    "text_encoder_lr",
)
"""No section begins so: a mapping there is a mistake."""
_CYCLES = ("lr_scheduler_num_cycles", 1)
_ARGUMENTS: dict[str, dict[str, tuple[str, float | None]]] = {
    "cosine_with_restarts": {"num_cycles": _CYCLES},
    "polynomial": {"power": ("lr_scheduler_power", 1)},
    "inverse_sqrt": {"timescale": ("lr_scheduler_timescale", None)},
    "cosine_with_min_lr": {"num_cycles": _CYCLES, "min_lr_rate": ("lr_scheduler_min_lr_ratio", None)},
    "warmup_stable_decay": {"num_cycles": _CYCLES, "min_lr_ratio": ("lr_scheduler_min_lr_ratio", 0.0)},
}
"""The arguments of the schedules, each with kohya's own key and its default; without restarts it halves the cycles."""
_CHOOSING = ("prodigy", "dadapt", "dadaptation")
"""Optimizers whose names begin so choose the rate themselves."""


def _lacks(root: Mapping) -> tuple[str, ...]:
    return lacking(_flat(root), "lr_scheduler|learning_rate|unet_lr", _MARKS)


def _flat(root: Mapping) -> Mapping:
    """The keys of all sections, as the scripts flatten them; what they are called does not matter."""
    entries: list[tuple[Scalar, Node]] = []
    for key, value in root.entries:
        is_section = isinstance(value, Mapping) and not key.text.startswith(_KEYS)
        entries += value.entries if isinstance(value, Mapping) and is_section else [(key, value)]
    return mapping_of(entries, root.place)


def translate(config: Config, draft: Draft) -> None:
    config.root = _flat(config.root)
    config.texts_count = False  # TOML has numbers
    config.knows("lr_warmup_steps", "lr_decay_steps", "lr_scheduler_num_cycles", "lr_scheduler_power", "optimizer_type")
    config.knows("max_train_epochs", "max_train_steps", "gradient_accumulation_steps", "train_batch_size")
    length = _length(config)
    steps = length.steps
    _put_rates(config, draft)
    draft.put_length(length)
    world, name = config.given.world_size or 1, config.text("lr_scheduler", "constant", _NAMES)
    if _is_schedule_free(config):
        name = "constant"
        draft.put("schedule.type", "transformers.constant", at="optimizer_type")
    elif config.text("lr_scheduler_type"):
        name = config.text("lr_scheduler_type", "")
        _put_class(config, draft, name)
    elif name == "piecewise_constant":
        draft.put("schedule.type", "diffusers.piecewise_constant", at="lr_scheduler")
        _put_all(draft, _scheduler_args(config))
    else:
        _put_named(config, draft, name, steps, world)
    if world > 1 and name != "constant":
        draft.drop("emulate")
        draft.wrap("accelerate.AcceleratedScheduler", "scheduler", why=f"stepped {world} times in each update")
        draft.put("schedule.num_processes", world, why="--world-size")


def _put_named(config: Config, draft: Draft, name: str, steps: int, world: int) -> None:
    """Write a schedule of transformers, which counts the steps of all processes."""
    if name.startswith("adafactor"):
        raise config.fail("lr_scheduler", "unknown-scheduler", f"lr_scheduler {name} is not read")
    config.choice("lr_scheduler", name, _NAMES, "ValueError: {!r} is not a valid SchedulerType", _ONE_OF)
    total = steps * world
    warmup, why = _warmup(config, "lr_warmup_steps", total)
    if name == "constant":
        _refuse_warmup(config, warmup, "SchedulerType.CONSTANT")
    draft.put("schedule.type", f"transformers.{name}", at="lr_scheduler")
    if name != "constant":
        draft.put("schedule.num_warmup_steps", warmup, at="lr_warmup_steps", why=why)
        config.remark_long_warmup("lr_warmup_steps", warmup, total)
        if world > 1 and 0 < warmup < total and not isinstance(config.number("lr_warmup_steps"), float):
            what = f"the warmup of {warmup} is over after {warmup / world:g} updates"
            because = f"on {world} processes the scheduler steps {world} times in each"
            config.remark("lr_warmup_steps", "warmup-per-process", what, because, f"write {warmup * world}")
    if name not in ("constant", "constant_with_warmup", "inverse_sqrt"):
        draft.put("schedule.num_training_steps", total)
    _put_all(draft, _arguments(config, name, warmup, total))


def _refuse_warmup(config: Config, warm: int, name: str) -> None:
    if warm:
        message = f"ValueError: {name} does not require `num_warmup_steps`. Set None or 0."
        raise config.raises("lr_warmup_steps", message, "constant_with_warmup has a warmup")


def _put_all(draft: Draft, arguments: dict[str, tuple[Any, str]]) -> None:
    for word, (value, key) in arguments.items():
        draft.put(f"schedule.{word}", value, at=key, why=key)


def _is_schedule_free(config: Config) -> bool:
    name = config.text("optimizer_type", "").lower()
    if name.startswith(_CHOOSING):
        what = f"{config.text('optimizer_type')} chooses the rate itself: what is shown is the factor that it is given"
        config.remark("optimizer_type", "own-rate", what, level="note")
    if "adafactor" in name and not _says(config, "relative_step=false"):
        message = "Adafactor computes its own rate (relative_step): the schedule is not used"
        raise config.fail("optimizer_type", "lr-from-elsewhere", message, 'optimizer_args = ["relative_step=False"]')
    if name.endswith("schedulefree"):
        config.remark("optimizer_type", "own-rate", "a schedule-free optimizer has no scheduler", level="note")
        return True
    return False


def _says(config: Config, text: str) -> bool:
    node = config.known("optimizer_args")
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    return any(isinstance(item, Scalar) and text in str(item.value).replace(" ", "").lower() for item in items)


def _length(config: Config) -> Length:
    """The updates of the run: max_train_epochs overrides max_train_steps."""
    if config.given.steps is not None:
        return Length(config.given.steps)
    epochs = config.given.epochs or config.count("max_train_epochs", at_least=1)
    if epochs is None:
        how = "" if config.has("max_train_steps") else "kohya's default"
        return Length(config.count("max_train_steps", 1600, at_least=1), how, "max_train_steps")
    updates = updates_of(config, "gradient_accumulation_steps", batches_of(config, "train_batch_size", 1))
    help = ("--batches-per-epoch N (as the log prints it)", "--samples N (repeats included)", "--steps N")
    return whole_epochs(config, epochs, updates, "max_train_epochs", help=help)


def _put_rates(config: Config, draft: Draft) -> None:
    rate = config.number("learning_rate", 2e-6)
    draft.put("lr", float(rate), at="learning_rate", why="" if config.has("learning_rate") else "kohya's default")
    unet = config.number("unet_lr")
    texts = config.known("text_encoder_lr")
    if unet is None and texts is None:
        return
    nodes = texts.items if isinstance(texts, Sequence) else () if texts is None else (texts,)
    groups: list[dict[str, object]] = []
    if not config.flag("network_train_unet_only"):
        rates = [config.number_of(node, "text_encoder_lr") for node in nodes] or [rate]
        names = ["text_encoder"] if len(rates) == 1 else [f"text_encoder_{i + 1}" for i in range(len(rates))]
        groups += [{"name": name, "lr": float(lr)} for name, lr in zip(names, rates, strict=True)]
    if not config.flag("network_train_text_encoder_only"):
        groups.append({"name": "unet", "lr": float(rate if unet is None else unet)})
    draft.put("groups", groups, at="unet_lr" if unet is not None else "text_encoder_lr")


def _warmup(config: Config, key: str, total: int) -> tuple[int, str]:
    """(the steps of a key, how): a float is a share of the run, whatever its size."""
    node = config.known(key)
    value = 0 if node is None else config.number_of(node, key)
    if value < 0:
        raise config.fail(key, "bad-value", f"{key} must be at least 0, not {value:g}")
    if not isinstance(value, float):
        return value, ""
    if value > 1:
        what = f"{key} = {value} is a float, and so {value:g} times the run"
        config.remark(key, "warmup-float", what, "TOML's 100.0 is a share, 100 a number of steps", f"write {value:g}")
    return int(value * total), f"int({value!r} * {total})"


def _arguments(config: Config, name: str, warmup: int, total: int) -> dict[str, tuple[Any, str]]:
    """The further arguments of a schedule, with the key of each: kohya's own, and those of lr_scheduler_args."""
    arguments: dict[str, tuple[Any, str]] = {}
    if name == "warmup_stable_decay":
        if not config.has("lr_decay_steps"):
            message = "ValueError: SchedulerType.WARMUP_STABLE_DECAY requires `num_decay_steps`"
            raise config.raises("lr_scheduler", message, "lr_decay_steps = ...")
        decay, _ = _warmup(config, "lr_decay_steps", total)
        arguments["num_decay_steps"] = decay, "lr_decay_steps"
        arguments["num_stable_steps"] = total - warmup - decay, "lr_decay_steps"
    cycles = config.number("lr_scheduler_num_cycles", 1)
    for word, (key, default) in _ARGUMENTS.get(name, {}).items():
        if word == "num_cycles":
            value: float | None = cycles if name == "cosine_with_restarts" else cycles / 2
        else:
            value = config.number(key) if default is None else config.number(key, default)
        arguments[word] = value, key
    for word, (value, key) in _scheduler_args(config).items():
        if word not in kwargs_of(name) or word in arguments:
            reason = "got multiple values for" if word in arguments else "got an unexpected"
            raise config.raises(key, f"TypeError: the schedule {name} {reason} keyword argument {word!r}")
        if not isinstance(value, (int, float, str)) or isinstance(value, bool):
            raise config.fail(key, "wrong-type", f"{word} must be a number, not {value!r}")
        arguments[word] = value, key
    no_floor = name == "cosine_with_min_lr" and arguments["min_lr_rate"][0] is None and "min_lr" not in arguments
    message = "ValueError: One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`"
    config.refuse_first((no_floor, "lr_scheduler", message, "lr_scheduler_min_lr_ratio = ..."))
    return {word: pair for word, pair in arguments.items() if pair[0] is not None}


def _scheduler_args(config: Config) -> dict[str, tuple[Any, str]]:
    """The entries of lr_scheduler_args, NAME=VALUE with a literal of Python, with the place of each."""
    node = config.known("lr_scheduler_args")
    if node is None or (isinstance(node, Scalar) and node.value == ""):
        return {}
    if not isinstance(node, Sequence):
        raise config.fail("lr_scheduler_args", "wrong-type", f"lr_scheduler_args must be a list, not {node}")
    arguments: dict[str, tuple[Any, str]] = {}
    for i, item in enumerate(node.items):
        key, _, text = str(getattr(item, "value", "")).partition("=")
        try:
            arguments[key] = ast.literal_eval(text), f"lr_scheduler_args.{i}"
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            message = f"lr_scheduler_args must be NAME=VALUE, not {item}"
            raise config.fail("lr_scheduler_args", "bad-value", message) from None
    return arguments


def _put_class(config: Config, draft: Draft, name: str) -> None:
    """Write a scheduler class of torch, or of another package, with lr_scheduler_args as its arguments."""
    place = config.value_place("lr_scheduler_type")
    entries = [
        (Scalar(config.value_place(key), word), node_of(value, config.value_place(key)))
        for word, (value, key) in _scheduler_args(config).items()
    ]
    full = name if "." in name else f"torch.optim.lr_scheduler.{name}"
    put_scheduler(config, draft, Named(full, mapping_of(entries, place), "lr_scheduler_type", place))
    _refuse_warmup(config, _warmup(config, "lr_warmup_steps", 1)[0], config.text("lr_scheduler", "constant"))


FORMAT = Format("kohya", "kohya sd-scripts TOML", ("toml",), translate, lacks=_lacks)
