"""Hydra's YAML: an optimizer and a scheduler by `_target_`, whose interval only the training code knows."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.named import chosen, interval_of, objects_of
from lrcli.configs.nodes import entry_at, mapping_of
from lrcli.configs.torch_objects import put_length, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import refuse

_TRAINERS = ("trainer", "pl_trainer", "train", "training", "hyperparameters")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a Hydra config of an optimizer or a scheduler."""
    found = any(one.is_scheduler or one.name.startswith("torch.optim.") for one in objects_of(root, _target))
    if not found and isinstance(root.get("defaults"), Sequence):
        return ("what its defaults name: give .hydra/config.yaml of a run",)
    return () if found else ("a _target_ of torch.optim",)


def _target(node: Mapping) -> tuple[Scalar, Mapping] | None:
    """The class and the arguments of `{_target_: CLASS, ...}`."""
    target = node.get("_target_")
    if not isinstance(target, Scalar) or not isinstance(target.value, str) or "." not in target.value:
        return None
    return target, mapping_of((entry for entry in node.entries if entry[0].text != "_target_"), node.place)


def _nested(node: Node) -> Node:
    """A scheduler inside another, as a mapping with its type."""
    found = _target(node) if isinstance(node, Mapping) else None
    if found is None:
        return node
    kind = Scalar(found[0].place, str(found[0].value).rpartition(".")[2])
    return mapping_of([(Scalar(kind.place, "type"), kind), *found[1].entries], node.place)


def translate(config: Config, draft: Draft) -> None:
    """Write the spec of a Hydra config."""
    optimizer, scheduler = chosen(list(objects_of(config.root, _target)))
    if scheduler is None:
        place = config.source.whole if optimizer is None else optimizer.place
        message = "there is an optimizer and no scheduler: the rate is constant, or the schedule is in the code"
        raise refuse(place, "lr-from-elsewhere", message)
    for one in (scheduler, *([optimizer] if optimizer else [])):
        config.read.setdefault(one.path)
    interval = interval_of(config, scheduler, "only the training code says so")
    put_rate(config, draft, optimizer, scheduler)
    trainer = next((name for name in _TRAINERS if entry_at(config.root, f"{name}.max_epochs")[1] is not None), "")
    put_scheduler(config, draft, scheduler, _nested)
    put_length(config, draft, trainer, interval, scheduler)


FORMAT = Format("hydra", "Hydra _target_", ("omegaconf",), misses, translate)
