"""A spec as PyTorch's real scheduler on a real optimizer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import MISSING, fields
from importlib import import_module
from typing import Any

from lrcli.errors import LrcliError
from lrcli.schedules.base import Schedule, param_of
from lrcli.schedules.chained import Chained
from lrcli.schedules.manual import Manual
from lrcli.schedules.sequential import Sequential
from lrcli.spec import Spec


def to_torch(spec: Spec, optimizer: Any) -> Any:
    """The `torch.optim.lr_scheduler` object of this spec, for an optimizer with the spec's parameter groups.

    For `manual` it is the list of schedulers, in the order in which the loop steps them. A plateau takes its metric
    from the loop: `scheduler.step(metric)`. A type without a class of its own in PyTorch becomes a LambdaLR; range_test
    sets the optimizer's LR to 1 for that, as OneCycleLR and CyclicLR set it to theirs.

    LrcliError: the optimizer has other groups or learning rates than the spec, or the groups' schedules differ in more
    than what one PyTorch scheduler can hold.
    """
    try:
        import torch  # noqa: F401
    except ImportError as exc:
        raise LrcliError("PyTorch is not installed here: to_torch needs it") from exc
    groups = optimizer.param_groups
    if len(groups) != len(spec.groups):
        raise LrcliError(f"the optimizer has {len(groups)} parameter groups, the spec {len(spec.groups)}")
    for i, (group, found) in enumerate(zip(spec.groups, groups, strict=True)):
        if group.lr is not None and group.lr != found["lr"]:
            raise LrcliError(
                f"parameter group {i} of the optimizer has lr {found['lr']!r}, the spec {group.lr!r}:"
                " build the optimizer with the spec's learning rates"
            )
    schedules = [group.schedule for group in spec.groups]
    if isinstance(schedules[0], Manual):
        return [build(children, optimizer) for children in _children(schedules)]
    return build(schedules, optimizer)


def build(schedules: Sequence[Schedule], optimizer: Any) -> Any:
    """One scheduler for the schedules of all groups, which are alike but for per-group values."""
    first = schedules[0]
    if any(type(schedule) is not type(first) for schedule in schedules):
        raise LrcliError("the parameter groups have schedules of different types; a PyTorch scheduler has one for all")
    module = import_module(f"lrcli.frameworks.torch.{type(first).__module__.rpartition('.')[2]}")
    if hasattr(module, "check"):
        for schedule in schedules:
            module.check(schedule)
    if hasattr(module, "to_torch"):
        return module.to_torch(schedules, optimizer)
    if first.torch is None:
        raise LrcliError(f"PyTorch has no scheduler that holds {first.name} inside another")
    arguments: dict[str, Any] = {}
    for f in fields(first):
        param = param_of(f)
        if param.kind == "metric":
            continue
        if param.kind == "schedules":
            arguments["schedulers"] = [build(children, optimizer) for children in _children(schedules)]
            continue
        values = [getattr(schedule, f.name) for schedule in schedules]
        if any(value != values[0] for value in values) and not param.per_group:
            raise LrcliError(f"the parameter groups have different {f.name}; a PyTorch scheduler has one for all")
        if f.default is not MISSING and all(value == f.default for value in values):
            continue  # an older release may not know the argument
        plain = [_plain(value) for value in values]
        alike = all(value == values[0] for value in values)
        arguments[f.name] = plain[0] if alike else plain
    return _call(_class_of(first.torch), optimizer, arguments)


def _class_of(name: str) -> Any:
    from torch.optim import lr_scheduler, swa_utils

    found = getattr(lr_scheduler, name, None) or getattr(swa_utils, name, None)
    if found is None:
        import torch

        raise LrcliError(f"the installed torch {torch.__version__} has no {name}")
    return found


def _call(cls: Any, optimizer: Any, arguments: dict[str, Any]) -> Any:
    schedulers = arguments.get("schedulers")
    if schedulers is not None and "milestones" not in arguments:
        return cls(schedulers)  # ChainedScheduler has its optimizer from its children
    return cls(optimizer, **arguments)


def _plain(value: Any) -> Any:
    """A field's value as PyTorch takes it: tuples are lists, an expression is a function."""
    if isinstance(value, tuple):
        return list(value)
    # a plain function, because LambdaLR's state_dict() stores the inside of any other callable
    return (lambda epoch: value(epoch)) if callable(value) else value


def _children(schedules: Sequence[Schedule]) -> list[list[Schedule]]:
    """The children of composites that stand for several groups: child by child, over the groups."""
    families = [schedule.schedules for schedule in schedules if isinstance(schedule, (Sequential, Chained))]
    if len({len(family) for family in families}) > 1:
        raise LrcliError("the parameter groups have different numbers of schedules; a PyTorch scheduler has one list")
    return [list(children) for children in zip(*families, strict=True)]
