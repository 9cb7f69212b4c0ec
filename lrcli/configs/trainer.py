"""The rules of the Hugging Face Trainer, which several formats share: its releases, warmup, and the schedule's name.

From reading transformers 4.20 to 5.24 (`trainer.py`, `training_args.py`, `optimization.py`).
"""

from __future__ import annotations

import math

from lrcli.configs.config import Config
from lrcli.configs.draft import Draft
from lrcli.configs.nodes import Unknown
from lrcli.reader.nodes import Mapping, Node, Scalar

RELEASES = (
    *("4.20.1", "4.30.2", "4.38.2", "4.43.4", "4.45.2", "4.46.3", "4.47.1", "4.49.0", "4.51.3", "4.52.4", "4.53.3"),
    *("4.54.1", "4.55.4", "4.57.1", "5.0", "5.1", "5.2", "5.3", "5.8"),
    *(f"5.{minor}" for minor in range(10, 25)),
)
_MIN_LR = ("num_cycles", "min_lr", "min_lr_rate")
KWARGS: dict[str, tuple[str, ...] | None] = {
    "linear": (),
    "cosine": ("num_cycles",),
    "cosine_with_restarts": ("num_cycles",),
    "polynomial": ("lr_end", "power"),
    "constant": None,
    "constant_with_warmup": None,
    "inverse_sqrt": ("timescale",),
    "cosine_with_min_lr": _MIN_LR,
    "cosine_warmup_with_min_lr": (*_MIN_LR, "warmup_lr_rate"),
    "warmup_stable_decay": (
        *("num_decay_steps", "num_stable_steps", "warmup_type", "decay_type", "min_lr_ratio", "num_cycles"),
    ),
}
"""The names of lr_scheduler_type that depend on the step alone, with the keyword arguments of each (None: it ignores
them all)."""
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
_TEXTS = ("warmup_type", "decay_type")
_OF_METRIC = ("reduce_lr_on_plateau", "greedy")


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
    both = ratio is not None and config.has("warmup_steps")
    if 0 < counted < 1:
        what = f"warmup_steps {counted:g} is a share of the run from transformers 5.0 on"
        config.remark("warmup_steps", "releases-differ", what, "up to 4.57 it is a part of one update", level="note")
    if not config.at_least("5.0"):
        if counted > 0:
            if both and ratio:
                config.remark(
                    "warmup_ratio", "warmup-twice", "warmup_ratio is ignored: warmup_steps is given, too",
                    "transformers 4.x takes warmup_steps where both are given; 5.0 to 5.14 take warmup_ratio",
                )  # fmt: skip
            whole = int(counted) if counted % 1 == 0 else counted
            return whole, "warmup_steps", ""
        if ratio is None or not ratio:
            return 0, "warmup_steps" if config.has("warmup_steps") else "warmup_ratio", ""
        return math.ceil(steps * ratio), "warmup_ratio", f"ceil({steps} * {ratio!r}) from warmup_ratio"
    if ratio is not None:
        if both and counted:
            config.remark(
                "warmup_steps", "warmup-twice", "warmup_steps is ignored: warmup_ratio is given, too",
                "transformers 5.0 to 5.14 take warmup_ratio where both are given; 4.x takes warmup_steps",
            )  # fmt: skip
        counted, key = ratio, "warmup_ratio"
    else:
        key = "warmup_steps"
    if counted >= 1:
        return int(counted), key, "" if counted % 1 == 0 and key == "warmup_steps" else f"int({counted!r}) from {key}"
    return math.ceil(steps * counted), key, f"ceil({steps} * {counted!r}) from {key}" if counted else ""


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
    config.offer(key, name, KWARGS)
    if name in _OF_METRIC:
        cls = "ReduceLROnPlateau" if name == "reduce_lr_on_plateau" else "GreedyLR"
        raise config.fail(
            key, "needs-value", f"{name} ({cls}) depends on a metric of the run, which is not in the file"
        )
    since = _SINCE.get(name, "0")
    if name not in KWARGS or not config.at_least(since):
        names = [one for one in (*KWARGS, *_OF_METRIC) if config.at_least(_SINCE.get(one, "0"))]
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


def remark_long_warmup(config: Config, key: str, warm: float, steps: int) -> None:
    """Tell of a warmup that is as long as the run."""
    if warm >= steps:
        what = f"the warmup of {warm} updates is as long as the run of {steps}: the LR never comes down"
        config.remark(key, "warmup-too-long", what)


def read_kwargs(config: Config, name: str, key: str = "lr_scheduler_kwargs") -> dict[str, tuple[Scalar, Node]]:
    """The keyword arguments of a schedule, refused where its function would refuse them."""
    node = config.known(key)
    if isinstance(node, Scalar) and isinstance(node.value, str):
        node = _from_json(config, node, key)
    if node is not None and not config.at_least(_KWARGS_SINCE):
        message = f"ValueError: Some keys are not used by the HfArgumentParser: ['{key}']"
        raise config.raises(key, message, f"it came with transformers {_KWARGS_SINCE}")
    if node is None or KWARGS.get(name) is None:
        return {}
    if not isinstance(node, Mapping):
        raise config.fail(key, "wrong-type", f"{key} must be a mapping, not {node}")
    names = KWARGS[name] or ()
    for word, value in node.entries:
        if word.text not in names:
            message = f"TypeError: the schedule {name} got an unexpected keyword argument {word.text!r}"
            help = f"it takes {', '.join(names)}" if names else "it takes none"
            raise config.raises(f"{key}.{word.text}", message, help)
        if isinstance(value, Unknown):
            config.known(f"{key}.{word.text}")
    _check_min_lr(config, name, node, key)
    return {word.text: (word, value) for word, value in node.entries}


def _check_min_lr(config: Config, name: str, node: Mapping, key: str) -> None:
    if "min_lr" not in (KWARGS.get(name) or ()):
        return
    rate = config.number(f"{key}.min_lr_rate")
    floor = config.number(f"{key}.min_lr")
    if floor is not None and rate is not None:
        raise config.raises(key, "ValueError: Only one of min_lr or min_lr_rate should be set")
    if rate is not None and 0 < rate < 1e-3:
        what = f"min_lr_rate {rate:g} is a factor of the learning rate, and looks like a learning rate"
        advice = f"write min_lr: {rate:g} if that is meant"
        config.remark(f"{key}.min_lr_rate", "min-lr-rate", what, "the floor is this times the peak", advice)


def put_kwargs(config: Config, draft: Draft, name: str, key: str = "lr_scheduler_kwargs") -> None:
    """Write the keyword arguments of a schedule, as the framework takes them."""
    config.knows(*(f"{key}.{word}" for word in KWARGS.get(name) or () if word not in _TEXTS))
    found = read_kwargs(config, name, key)
    if "min_lr" in (KWARGS.get(name) or ()) and not any(
        config.number(f"{key}.{one}") is not None for one in ("min_lr", "min_lr_rate")
    ):
        message = "ValueError: One of min_lr or min_lr_rate should be set through the `lr_scheduler_kwargs`"
        raise config.raises("lr_scheduler_type" if not config.has(key) else key, message)
    for word in found:
        path = f"{key}.{word}"
        value = config.text(path) if word in _TEXTS else config.number(path)
        if value is not None:
            draft.put(f"schedule.{word}", value, at=path, why=key)


def _from_json(config: Config, node: Scalar, key: str) -> Node:
    """The mapping that a text holds as JSON, as the Trainer reads it."""
    from dataclasses import replace

    from lrcli.configs.syntax.json import read
    from lrcli.errors import SpecError
    from lrcli.reader.source import Source

    try:
        inner = read(Source(config.source.name, str(node.value)))
    except SpecError:
        raise config.fail(key, "wrong-type", f"{key} must be a mapping, not {node}") from None
    placed = replace(
        inner,
        entries=tuple(
            (replace(word, place=node.place), replace(value, place=node.place)) for word, value in inner.entries
        ),
    )
    entries = tuple((word, placed if word.text == key else value) for word, value in config.root.entries)
    config.root = replace(config.root, entries=entries)
    return placed
