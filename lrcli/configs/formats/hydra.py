"""Hydra's YAML: an optimizer and a scheduler by `_target_`, whose interval only the training code knows."""

from __future__ import annotations

from lrcli.configs.base import Config, Draft, Format
from lrcli.configs.nodes import entry_at, mapping_of
from lrcli.configs.torch_objects import Named, objects_of, put_length, put_rate, put_scheduler
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import refuse

_TRAINERS = ("trainer", "pl_trainer", "train", "training", "hyperparameters")


def misses(root: Mapping) -> tuple[str, ...]:
    """What a mapping lacks to be a Hydra config of an optimizer or a scheduler."""
    found = any(one.is_scheduler or one.name.startswith("torch.optim.") for one in objects_of(root, _target))
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
    found = list(objects_of(config.root, _target))
    schedulers = [one for one in found if one.is_scheduler]
    optimizers = [one for one in found if one.is_optimizer]
    if not schedulers:
        message = "there is an optimizer and no scheduler: the rate is constant, or the schedule is in the code"
        raise refuse(optimizers[0].place, "lr-from-elsewhere", message)
    scheduler = _only(schedulers, "scheduler")
    optimizer = _beside(optimizers, scheduler)
    for one in (scheduler, *([optimizer] if optimizer else [])):
        config.read.setdefault(one.path)
    interval = _interval(config, scheduler)
    put_rate(config, draft, optimizer, scheduler)
    trainer = next((name for name in _TRAINERS if entry_at(config.root, f"{name}.max_epochs")[1] is not None), "")
    put_scheduler(config, draft, scheduler, _nested)
    put_length(config, draft, trainer, interval)


def _only(found: list[Named], what: str) -> Named:
    """The one object, or the error that there are several."""
    if len({one.path for one in found}) > 1:
        paths = ", ".join(one.path for one in found[:5])
        block = found[0].path.rpartition(".")[0]
        raise refuse(found[1].place, "ambiguous", f"there are several {what}s: {paths}", f"say which: --block {block}")
    return found[0]


def _beside(optimizers: list[Named], scheduler: Named) -> Named | None:
    """The optimizer of a scheduler: the one that shares most of its path."""
    if not optimizers:
        return None
    parts = scheduler.path.split(".")

    def shared(one: Named) -> int:
        pairs = zip(one.path.split("."), parts, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), len(parts))

    best = max(map(shared, optimizers))
    return _only([one for one in optimizers if shared(one) == best], "optimizer")


def _interval(config: Config, scheduler: Named) -> str:
    """What one step of the scheduler is: as given, as it stands beside the scheduler, or an epoch, with a note."""
    around = scheduler.around
    frequency = around.get("frequency") if around is not None else None
    if isinstance(frequency, Scalar) and frequency.value not in (1, None):
        raise refuse(frequency.place, "unknown-scheduler", f"frequency {frequency} is not read: it must be 1")
    if config.given.interval is not None:
        return config.given.interval
    written = around.get("interval") if around is not None else None
    if isinstance(written, Scalar) and written.value in ("epoch", "step"):
        return str(written.value)
    what = f"{scheduler.short} is taken to be stepped once an epoch"
    why = "only the training code says so; --interval step if it steps in each batch"
    config.remark(scheduler.path, "interval", what, why, level="note")
    return "epoch"


FORMAT = Format("hydra", "Hydra _target_", ("omegaconf",), misses, translate)
