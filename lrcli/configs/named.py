"""The optimizer and the scheduler of PyTorch that a config names by their classes, wherever in it they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Sequence_
from dataclasses import dataclass

from lrcli.configs.config import Config
from lrcli.reader.nodes import Mapping, Node, Scalar, Sequence
from lrcli.reader.source import Place, refuse

REQUIRED: dict[str, tuple[str, ...]] = {
    "StepLR": ("step_size",),
    "MultiStepLR": ("milestones",),
    "ExponentialLR": ("gamma",),
    "CosineAnnealingLR": ("T_max",),
    "CosineAnnealingWarmRestarts": ("T_0",),
    "CyclicLR": ("base_lr", "max_lr"),
    "OneCycleLR": ("max_lr",),
    "LambdaLR": ("lr_lambda",),
    "MultiplicativeLR": ("lr_lambda",),
    "SequentialLR": ("schedulers", "milestones"),
    "ChainedScheduler": ("schedulers",),
    "SWALR": ("swa_lr",),
}
OF_TORCH = ("PolynomialLR", "LinearLR", "ConstantLR", "ReduceLROnPlateau", *REQUIRED)
_TORCH = ("torch.optim", "lightning.pytorch.cli", "pytorch_lightning.cli", "pytorch_lightning.utilities.cli")
_MOST = 5_000
"""So many mappings of a file are looked at for an optimizer and a scheduler."""


@dataclass(frozen=True)
class Named:
    """An object of a config: its class, its arguments, its path, and the mapping that it stands in with its key.

    inner: the key under which the arguments stand, "" where they stand beside the class.
    """

    name: str
    arguments: Mapping
    path: str
    place: Place
    around: Mapping | None = None
    inner: str = ""

    @property
    def arguments_path(self) -> str:
        """The path of the mapping that holds the arguments."""
        return f"{self.path}.{self.inner}" if self.inner else self.path

    @property
    def short(self) -> str:
        """The class without its package."""
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


def objects_of(root: Mapping, read: Callable[[Mapping], tuple[Scalar, Mapping] | None]) -> Iterator[Named]:
    """Every object of a config, each once; `read` gives the class and the arguments of a mapping, if it is one."""
    waiting: list[tuple[str, Node, Mapping | None]] = [("", root, None)]
    seen: set[int] = set()
    while waiting and len(seen) < _MOST:
        path, node, around = waiting.pop(0)
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            waiting += [(f"{path}.{i}", item, around) for i, item in enumerate(node.items)]
            continue
        found = read(node)
        if found is not None:
            one = Named(str(found[0].value), found[1], path, found[0].place, around)
            yield one
            if one.is_scheduler:
                continue  # the schedulers inside it are its own
        waiting += [(f"{path}.{key.text}" if path else key.text, value, node) for key, value in node.entries]


def chosen(found: Sequence_[Named]) -> tuple[Named | None, Named | None]:
    """(the optimizer, the scheduler) among the objects of a config. Raises SpecError where there are several."""
    schedulers = [one for one in found if one.is_scheduler]
    optimizers = [one for one in found if one.is_optimizer]
    scheduler = _only(schedulers, "scheduler") if schedulers else None
    return _beside(optimizers, scheduler), scheduler


def _only(found: list[Named], what: str) -> Named:
    """The one object, or the error that there are several."""
    if len({one.path for one in found}) > 1:
        paths = ", ".join(one.path for one in found[:5])
        block = found[0].path.rpartition(".")[0]
        raise refuse(found[1].place, "ambiguous", f"there are several {what}s: {paths}", f"say which: --block {block}")
    return found[0]


def _beside(optimizers: list[Named], scheduler: Named | None) -> Named | None:
    """The optimizer of a scheduler: the one that shares most of its path."""
    if not optimizers:
        return None
    parts = [] if scheduler is None else scheduler.path.split(".")

    def shared(one: Named) -> int:
        pairs = zip(one.path.split("."), parts, strict=False)
        return next((i for i, (a, b) in enumerate(pairs) if a != b), len(parts))

    best = max(map(shared, optimizers))
    return _only([one for one in optimizers if shared(one) == best], "optimizer")


def interval_of(config: Config, scheduler: Named, why: str) -> str:
    """What one step of the scheduler is: as given, as it stands beside the scheduler, or an epoch, with a note."""
    around = () if scheduler.around is None else scheduler.around.entries
    beside = {key.text: value for key, value in around}
    for _, value in around:  # {scheduler: ..., pytorch_lightning_params: {interval: step}}
        if isinstance(value, Mapping) and value.get("interval") is not None:
            beside = {**{key.text: inner for key, inner in value.entries}, **beside}
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
