"""The optimizer and the scheduler of PyTorch that a config names by their classes, wherever in it they stand."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.configs.nodes import joined, mapping_of, parts_of, without_entries
from lrcli.reader.nodes import Mapping, Node, Scalar
from lrcli.reader.source import Place, refuse

OF_TORCH = (
    *("PolynomialLR", "LinearLR", "ConstantLR", "ReduceLROnPlateau", "StepLR", "MultiStepLR", "ExponentialLR"),
    *("CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR", "LambdaLR", "MultiplicativeLR"),
    *("SequentialLR", "ChainedScheduler", "SWALR"),
)
_TORCH = ("torch.optim", "lightning.pytorch.cli", "pytorch_lightning.cli", "pytorch_lightning.utilities.cli")
_MOST = 5_000
"""An optimizer and a scheduler are looked for in this many mappings and lists of a file at most."""


_ARGUMENTS = {"_target_": "", "class_path": "init_args"}
"""The keys that name a class, each with the key that its arguments stand under, "" where they stand beside it."""


@dataclass(frozen=True)
class Named:
    """An object of a config: its class, its arguments, its path, and the mapping that it stands in.

    key: the key that names its class (Hydra's _target_, LightningCLI's class_path).
    """

    name: str
    arguments: Mapping
    path: str
    place: Place
    around: Mapping | None = None
    key: str = ""

    @property
    def arguments_path(self) -> str:
        inner = _ARGUMENTS.get(self.key, "")
        return f"{self.path}.{inner}" if inner else self.path

    @property
    def short(self) -> str:
        return self.name.rpartition(".")[2]

    @property
    def is_of_torch(self) -> bool:
        """Whether it is a scheduler of PyTorch's own, and not one of a project with the same name."""
        package = self.name.rpartition(".")[0]
        return self.short in OF_TORCH and (not package or package.startswith(_TORCH))

    @property
    def is_scheduler(self) -> bool:
        """Whether it looks like a learning-rate scheduler."""
        return (
            ".lr_scheduler." in f".{self.name}"
            or self.short in OF_TORCH
            or (self.name.startswith("transformers.") and self.short.startswith("get_"))
            or (self.short.endswith(("LR", "LRScheduler", "WarmupScheduler")) and "." in self.name)
        )

    @property
    def is_optimizer(self) -> bool:
        """Whether it is an optimizer: of torch, or under that name."""
        key = self.path.rpartition(".")[2]
        torch = self.name.startswith("torch.optim.") and not self.is_scheduler
        return torch or (key in ("optimizer", "optim") and not self.is_scheduler)


def object_at(node: Node, key: str, path: str = "", around: Mapping | None = None) -> Named | None:
    """The object that a mapping describes, its class under a key; None if it describes none."""
    name = node.get(key) if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(name, Scalar) or not isinstance(name.value, str):
        return None
    inner = _ARGUMENTS[key]
    if not inner and "." not in name.value:
        return None
    written = node.get(inner)
    empty = mapping_of([], node.place)
    arguments = (written if isinstance(written, Mapping) else empty) if inner else without_entries(node, (key,))
    return Named(name.value, arguments, path, name.place, around, key)


def objects_of(root: Mapping, key: str) -> Iterator[Named]:
    """Every object of a config whose class stands under a key, each once."""
    waiting: list[tuple[str, Node, Mapping | None]] = [("", root, None)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        path, node, around = waiting.pop(0)
        if id(node) in seen:
            continue
        seen.add(id(node))
        named = object_at(node, key, path, around)
        if named is not None:
            yield named
            if named.is_scheduler:
                continue  # the schedulers inside it are its own
        around = node if isinstance(node, Mapping) else around
        waiting += [
            (joined(path, name), inner, around) for name, inner in parts_of(node) if not isinstance(inner, Scalar)
        ]


def chosen(objects: Sequence_[Named]) -> tuple[Named | None, Named | None]:
    """(the optimizer, the scheduler) among the objects of a config. Raises SpecError where there are several.

    The optimizer of a scheduler is the one that shares most of its path.
    """
    scheduler = _only([named for named in objects if named.is_scheduler], "scheduler")
    parts = [] if scheduler is None else scheduler.path.split(".")

    def shared(optimizer: Named) -> int:
        pairs = zip(optimizer.path.split("."), parts, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), len(parts))

    optimizers = [named for named in objects if named.is_optimizer]
    most = max(map(shared, optimizers), default=0)
    return _only([named for named in optimizers if shared(named) == most], "optimizer"), scheduler


def _only(objects: Sequence_[Named], what: str) -> Named | None:
    """The one object, None of none, or the error that there are several."""
    if len({named.path for named in objects}) > 1:
        paths = ", ".join(named.path for named in objects[:5])
        block = objects[0].path.rpartition(".")[0]
        raise refuse(
            objects[1].place, "ambiguous", f"there are several {what}s: {paths}", f"say which: --block {block}"
        )
    return objects[0] if objects else None


def interval_of(config: Config, scheduler: Named, why: str) -> str:
    """Say what one step of the scheduler is: as given, as it stands beside the scheduler, or an epoch, with a note."""
    around = {} if scheduler.around is None else dict(parts_of(scheduler.around))
    # {scheduler: ..., pytorch_lightning_params: {interval: step}}
    inner = [dict(parts_of(value)) for value in around.values() if isinstance(value, Mapping)]
    beside = around
    for block in inner:
        beside = {**block, **beside} if "interval" in block else beside
    frequency, written = beside.get("frequency"), beside.get("interval")
    if isinstance(frequency, Scalar) and frequency.value not in (1, None):
        raise refuse(frequency.place, "unknown-scheduler", f"frequency {frequency} is not read: it must be 1")
    if config.given.interval is not None:
        return config.given.interval
    if isinstance(written, Scalar) and written.value in ("epoch", "step"):
        return str(written.value)
    what = f"{scheduler.short} is taken to be stepped once an epoch"
    config.remark(scheduler.path, "interval", what, f"{why}; --interval step if it steps in each batch", level="note")
    return "epoch"
