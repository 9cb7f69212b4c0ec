"""LightningCLI's YAML: an optimizer and a scheduler by `class_path`, stepped once an epoch by the Trainer."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.nodes import entry_at, mapping_of
from lrcli.configs.torch_objects import Named, put_length, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import refuse

_MODEL = "model.init_args"
_PLACES = ("", f"{_MODEL}.", "model.")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a config of LightningCLI."""
    places = [f"{place}{name}" for place in _PLACES for name in ("optimizer", "lr_scheduler")]
    if any(has(root, f"{path}.class_path") for path in places):
        return ()
    if any(has(root, f"{path}._target_") for path in places):
        return ("class_path instead of _target_",)
    empty = has(root, "optimizer") and has(root, "lr_scheduler")
    return (*lacking(root, "trainer", "model"), *(() if empty else ("a class_path of an optimizer or lr_scheduler",)))


def _object(config: Config, path: str) -> Named | None:
    """The object at a path: `{class_path, init_args}`; None where there is none, or null."""
    node = config.known(path)
    if node is None:
        return None
    name = entry_at(node, "class_path")[1] if isinstance(node, Mapping) else None
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        raise refuse(node.place, "wrong-type", f"{path} must have a class_path, not {node}")
    arguments = node.get("init_args") if isinstance(node, Mapping) else None
    inner = arguments if isinstance(arguments, Mapping) else mapping_of([], node.place)
    around = node if isinstance(node, Mapping) else None
    return Named(name.value, inner, f"{path}.init_args", name.place, around)


def _nested(node: Node) -> Node:
    """A scheduler inside another, as a mapping with its type."""
    name = node.get("class_path") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(name, Scalar):
        return node
    arguments = node.get("init_args")
    kind = Scalar(name.place, str(name.value).rpartition(".")[2])
    entries = arguments.entries if isinstance(arguments, Mapping) else ()
    return mapping_of([(Scalar(name.place, "type"), kind), *entries], node.place)


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a LightningCLI config."""
    for place in _PLACES:
        scheduler = _object(config, f"{place}lr_scheduler") if config.has(f"{place}lr_scheduler") else None
        optimizer = _object(config, f"{place}optimizer") if config.has(f"{place}optimizer") else None
        if scheduler is not None or optimizer is not None:
            break
    else:
        scheduler = optimizer = None
        place = ""
    if scheduler is None:
        key = f"{place}lr_scheduler" if has(config.root, f"{place}lr_scheduler") else f"{place}optimizer"
        message = "lr_scheduler is null: the rate is constant, or the schedule is in the module's code"
        if optimizer is None:
            message = "optimizer and lr_scheduler are null: the optimizer and its schedule are in the module's code"
        raise config.fail(key, "lr-from-elsewhere", message)
    interval = config.given.interval or "epoch"
    if place and config.given.interval is None:
        what = f"{scheduler.short} is taken to be stepped once an epoch"
        why = "it is an argument of the model, whose own code says so; --interval step if it steps in each batch"
        config.remark(f"{place}lr_scheduler", "interval", what, why, level="note")
    put_rate(config, draft, optimizer, scheduler)
    put_scheduler(config, draft, scheduler, _nested)
    put_length(config, draft, "trainer", interval)


FORMAT = Format("lightning", "LightningCLI class_path", ("omegaconf",), misses, translate, keeps_twins=True)
