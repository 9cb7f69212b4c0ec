"""LightningCLI's YAML: an optimizer and a scheduler by `class_path`, stepped once an epoch by the Trainer."""

from __future__ import annotations

from dataclasses import replace

from lrcli.configs.base import Config, Draft, Format, has, lacking
from lrcli.configs.named import chosen, interval_of, objects_of
from lrcli.configs.nodes import mapping_of
from lrcli.configs.torch_objects import put_length, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping, Node, Scalar

_NAMES = ("optimizer", "optim", "lr_scheduler", "scheduler")
_PLACES = tuple(f"{place}{name}" for place in ("", "model.init_args.", "model.") for name in _NAMES)


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a config of LightningCLI."""
    if any(has(root, f"{path}.class_path") for path in _PLACES):
        return ()
    if any(has(root, f"{path}._target_") for path in _PLACES):
        return ("class_path instead of _target_",)
    empty = has(root, "optimizer") and has(root, "lr_scheduler")
    return (*lacking(root, "trainer", "model"), *(() if empty else ("a class_path of an optimizer or lr_scheduler",)))


def _class_path(node: Mapping) -> tuple[Scalar, Mapping] | None:
    """The class and the arguments of `{class_path: CLASS, init_args: {...}}`."""
    name, arguments = node.get("class_path"), node.get("init_args")
    if not isinstance(name, Scalar) or not isinstance(name.value, str):
        return None
    return name, arguments if isinstance(arguments, Mapping) else mapping_of([], node.place)


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
    found = [replace(one, inner="init_args") for one in objects_of(config.root, _class_path)]
    own = [one for one in found if one.path in ("optimizer", "lr_scheduler")]
    optimizer, scheduler = chosen(own if any(one.is_scheduler for one in own) else found)
    if scheduler is None:
        key = "lr_scheduler" if has(config.root, "lr_scheduler") else "optimizer"
        message = "lr_scheduler is null: the rate is constant, or the schedule is in the module's code"
        if optimizer is None:
            message = "optimizer and lr_scheduler are null: the optimizer and its schedule are in the module's code"
        raise config.fail(key, "lr-from-elsewhere", message)
    for one in (scheduler, *([optimizer] if optimizer else [])):
        config.read.setdefault(one.path)
    if scheduler in own:
        interval = config.given.interval or "epoch"
    else:
        interval = interval_of(config, scheduler, "it is an argument of the model, whose own code says so")
    put_rate(config, draft, optimizer, scheduler)
    put_scheduler(config, draft, scheduler, _nested)
    put_length(config, draft, "trainer", interval, scheduler)


FORMAT = Format("lightning", "LightningCLI class_path", ("omegaconf",), misses, translate, keeps_twins=True)
