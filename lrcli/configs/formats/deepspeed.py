"""DeepSpeed's JSON: the scheduler block, over the optimizer's rate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from lrcli.catalog.registry import find_type
from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.counts import Length
from lrcli.configs.draft import arguments_of, required_of
from lrcli.configs.keys import refuse_twins
from lrcli.configs.nodes import Value, entry_at, parts_of, with_entry
from lrcli.configs.syntax import file_beside
from lrcli.configs.syntax.json import read
from lrcli.errors import SpecError
from lrcli.reader import Given
from lrcli.reader.nodes import Mapping, Scalar
from lrcli.reader.source import Source, refuse

_MARKS = "zero_optimization|train_micro_batch_size_per_gpu|train_batch_size|scheduler.params"


def translate(config: Config, draft: Draft) -> None:
    refuse_twins(config.root, "ValueError: Duplicate keys in DeepSpeed config: {!r}")
    if not config.has("scheduler"):
        message = (
            "no scheduler block: the learning rate comes from the client (the Hugging Face Trainer's lr_scheduler_type)"
        )
        raise config.fail("", "lr-from-elsewhere", message, "give the client's own config")
    put_deepspeed_scheduler(config, draft)


_WARMUP_TYPES = ("log", "linear")
_CLASSES = ("LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR")
"""DeepSpeed's own schedulers (`runtime/lr_schedules.py`)."""
_LISTED = ", ".join(_CLASSES)
_OWN_LR = {"WarmupLR": "warmup_max_lr", "WarmupDecayLR": "warmup_max_lr", "OneCycle": "cycle_min_lr"}
_MOMENTUM = ("cycle_momentum", "cycle_min_mom", "cycle_max_mom", "decay_mom_rate")
_NO_LR = ("LRRangeTest", "WarmupDecayLR")
"""Those that need no lr of the optimizer: it stands among their own, or has a default there."""
_PARAMS, _LR = "scheduler.params", "optimizer.params.lr"
_SHIPPED = re.compile(r"(?:.*/)?(?:deepspeed_configs/zero[0-3]\w*|examples/deepspeed/ds_z[0-3]\w*)\.json")
"""The configs that Axolotl and LLaMA-Factory ship: none of them has a scheduler block."""
_LEVELS = 6


@dataclass(frozen=True)
class Trainer:
    """The Trainer of Hugging Face fills in these values for "auto", and refuses others that differ from them."""

    learning_rate: float
    warmup_steps: int
    steps: int


def put_deepspeed_scheduler(config: Config, draft: Draft, trainer: Trainer | None = None) -> None:
    name = config.text("scheduler.type", choices=_CLASSES)
    if name is None:
        raise config.fail("scheduler", "missing-key", "the scheduler has no type", f"it is one of {_LISTED}")
    if trainer is not None:
        _fill(config, trainer)
    if name not in _CLASSES:
        _put_torch(config, draft, name)
        return
    arguments = arguments_of(f"deepspeed.{name}", "last_batch_iteration")
    config.refuse_others(_PARAMS, tuple(arguments), f"{name}.__init__()", ("last_batch_iteration",))
    uses_lr = not config.has(f"{_PARAMS}.{_OWN_LR.get(name, '')}") and name not in _NO_LR
    _refuse_auto(config, uses_lr)
    required = ["cycle_min_lr", "cycle_max_lr"] if name == "OneCycle" else required_of(f"deepspeed.{name}")
    config.require(_PARAMS, required, f"{name}.__init__()", "scheduler.type")
    if config.count(f"{_PARAMS}.last_batch_iteration", -1) != -1:
        path = f"{_PARAMS}.last_batch_iteration"
        raise config.fail(path, "bad-value", "a resumed run (last_batch_iteration) is not read: it must be -1")
    _put_lr(config, draft, name)
    total = config.count(f"{_PARAMS}.total_num_steps", at_least=1) if "total_num_steps" in arguments else None
    _put_length(config, draft, total)
    draft.put("schedule.type", f"deepspeed.{name}", at="scheduler.type")
    draft.put_fields({word: kind for word, kind in arguments.items() if word not in _MOMENTUM}, _PARAMS)
    _remark_warmup(config, name, total)


def _refuse_auto(config: Config, uses_lr: bool) -> None:
    """Refuse "auto", naming every value that has to be given; warmup_min_lr is 0 whatever the Trainer says."""
    params = config.mapping(_PARAMS)
    paths = [f"{_PARAMS}.{name}" for name, _ in (() if params is None else parts_of(params))] + [_LR] * uses_lr
    autos = [path for path in paths if getattr(entry_at(config.root, path)[1], "value", 0) == "auto"]
    if autos:
        names = [path.rpartition(".")[2] for path in autos]
        listed = ", ".join(names[:-1]) + f" and {names[-1]} are" if len(names) > 1 else f"{names[0]} is"
        values = " ".join(f"--set {path}={'0' if path.endswith('warmup_min_lr') else '...'}" for path in autos)
        message = f'{listed} "auto", which the Hugging Face Trainer fills in: the values are in its arguments'
        raise config.fail(autos[0], "needs-value", message, f"give the Trainer's own config, or {values}")


def _put_lr(config: Config, draft: Draft, name: str) -> None:
    at = f"{_PARAMS}.{_OWN_LR[name]}" if name in _OWN_LR else ""
    if at and config.has(at):
        rate = config.number(at)
        node = entry_at(config.root, _LR)[1]  # it is not used, and so may be anything
        written = node.value if isinstance(node, Scalar) else None
        if isinstance(written, float) and written != rate and name != "OneCycle":
            what = f"optimizer.params.lr {written:g} is not used: the scheduler has {_OWN_LR[name]} {rate:g}"
            config.remark(_LR, "lr-unused", what, level="note")
    elif name == "WarmupDecayLR":
        draft.put("schedule.warmup_max_lr", 0.001, why="it is not in the file: DeepSpeed's default")
    elif name != "LRRangeTest":
        rate = config.number(_LR)
        if rate is None:
            message = f"{name} takes the optimizer's lr, which is not in the file"
            raise config.fail("optimizer", "needs-value", message, f"--set {_LR}=...")
        draft.put("lr", rate, at=_LR)


def _put_length(config: Config, draft: Draft, total: int | None) -> None:
    given = config.given
    if {"steps_per_epoch", "epochs"} <= set(given.names()):
        steps = max(1, round((given.steps_per_epoch or 0) * (given.epochs or 0)))
        draft.put_length(Length(steps, "--steps-per-epoch * --epochs"))
    elif given.steps is not None or total is not None:
        draft.put_length(Length(total or 0, at=f"{_PARAMS}.total_num_steps"))
    else:
        kind = config.text("scheduler.type")
        message = f"how long the run is does not stand in a DeepSpeed config: {kind} goes on for ever"
        raise config.fail("scheduler.type", "needs-steps", message, "--steps N, or --steps-per-epoch N --epochs N")


def _put_torch(config: Config, draft: Draft, name: str) -> None:
    if not name[:1].isupper() or find_type(name) is None:
        message = f"ValueError: {name} is no scheduler of DeepSpeed ({_LISTED}) or of torch.optim"
        raise config.raises("scheduler.type", message)
    _refuse_auto(config, uses_lr=True)
    rate = config.number(_LR)
    if rate is not None:
        draft.put("lr", rate, at=_LR)
    _put_length(config, draft, None)
    draft.put("schedule.type", name, at="scheduler.type")
    draft.put_arguments(_PARAMS)
    draft.put("emulate", "torch", why="any recent torch")


def _remark_warmup(config: Config, name: str, total: int | None) -> None:
    if not name.startswith("Warmup"):
        return
    warmup = config.number(f"{_PARAMS}.warmup_num_steps", 1000)
    path = f"{_PARAMS}.warmup_num_steps" if config.has(f"{_PARAMS}.warmup_num_steps") else "scheduler.type"
    if total is not None:
        config.remark_long_warmup(path, warmup, total)
    if config.text(f"{_PARAMS}.warmup_type", "log", _WARMUP_TYPES) != "linear" and warmup > 2:
        what = f"the warmup of {name} is logarithmic: half of it is done at update {round(warmup**0.5)} of {warmup:g}"
        why = "and the first two updates run at its minimum"
        config.remark(path, "warmup-log", what, why, 'write "warmup_type": "linear" for a straight one', level="note")


def scheduler_beside(config: Config, draft: Draft, trainer: Callable[[], Trainer]) -> bool:
    """Whether a Trainer config names a DeepSpeed JSON whose scheduler replaces its own; then it is written."""
    node = config.known("deepspeed")
    if node is None or (isinstance(node, Scalar) and node.value in ("", False)):
        return False
    source = config.source if isinstance(node, Mapping) else _json_of(config)
    if source is None:
        return False
    inner = node if isinstance(node, Mapping) else read(source)
    if entry_at(inner, "scheduler")[1] is None:
        return False
    values = trainer()
    if config.at_least("5.2"):
        values = replace(values, warmup_steps=max(1, values.warmup_steps))
    what = "the scheduler of the DeepSpeed config replaces the schedule of this file and its warmup"
    config.remark("deepspeed", "deepspeed-scheduler", what, "the Trainer leaves the schedule to DeepSpeed")
    given = Given(steps=values.steps)
    draft.config = replace(config, root=inner, source=source, syntax="json", given=given)
    put_deepspeed_scheduler(draft.config, draft, values)
    return True


def _json_of(config: Config) -> Source | None:
    """The JSON that a Trainer config names, beside it or in a folder above; None for one that its project ships.

    Without the file nobody knows whose schedule it is: SpecError.
    """
    name, place = config.text("deepspeed") or "", config.value_place("deepspeed")
    for up in ("",) if name.startswith(("/", "~")) else ("../" * depth for depth in range(_LEVELS)):
        try:
            return file_beside(config.inputs, config.source, f"{up}{name}", place)
        except SpecError:
            pass  # the file is relative to the folder that training is started in, which is one of those above
    if _SHIPPED.fullmatch(name):
        what = f"{name} is not here, and is taken for the one that {config.format} ships, which has no scheduler block"
        config.remark("deepspeed", "deepspeed-file", what, level="note")
        return None
    message = f"{name} is not here: a scheduler block in it would replace the schedule of this file"
    raise refuse(config.place("deepspeed"), "lr-from-elsewhere", message, "--set deepspeed=null if it has none")


def _fill(config: Config, trainer: Trainer) -> None:
    """Put the Trainer's values for "auto"; what is given and differs is what the Trainer refuses."""
    values: dict[str, float | int] = {
        "warmup_min_lr": 0,
        "warmup_max_lr": trainer.learning_rate,
        "warmup_num_steps": trainer.warmup_steps,
        "total_num_steps": trainer.steps,
    }
    scheduler, params = config.mapping("scheduler"), config.mapping(_PARAMS)
    if params is None or scheduler is None:
        return
    for name, node in parts_of(params):
        filled = values.get(name)
        if filled is None or not isinstance(node, Scalar):
            continue
        if node.value == "auto":
            params = with_entry(params, name, Value(node.place, repr(filled), read=filled))
        elif name != "warmup_min_lr" and node.value != filled:
            message = (
                "ValueError: Please correct the following DeepSpeed config values that mismatch TrainingArguments "
                f"values: {name}={node} vs {filled}"
            )
            raise refuse(node.place, "framework-raises", message, 'write "auto"')
    config.root = with_entry(config.root, "scheduler", with_entry(scheduler, "params", params))


FORMAT = Format("deepspeed", "DeepSpeed JSON", ("json", "hjson"), translate, (_MARKS,))
