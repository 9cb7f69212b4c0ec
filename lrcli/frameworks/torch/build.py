"""A spec as PyTorch's real scheduler on a real optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields
from typing import Any
from warnings import warn

from lrcli.errors import LrcliError, Problem
from lrcli.frameworks.torch import AS_LAMBDA, foreign_reason, is_known
from lrcli.frameworks.torch.formula import curve_of, deviation, formula_scheduler, lambda_lr
from lrcli.frameworks.torch.releases import NEWEST, find_release
from lrcli.schedules.base import Schedule
from lrcli.schedules.cosine import WarmupCosine
from lrcli.schedules.params import param_of
from lrcli.schedules.range_test import RangeTest
from lrcli.schedules.sequential import Chained, Manual, Sequential
from lrcli.spec import Spec

_NOT_ARGUMENTS = ("metric", "schedules", "setting")
"""Kinds of fields that are no plain arguments of a class: the loop gives the metric, children are built themselves."""


def to_torch(spec: Spec, optimizer: Any) -> Any:
    """The `torch.optim.lr_scheduler` object of this spec, for an optimizer with the spec's parameter groups.

    For `manual` it is the list of schedulers, in the order in which the loop steps them. A plateau takes its metric
    from the loop: `scheduler.step(metric)`. A type without a class of its own in PyTorch becomes a LambdaLR; range_test
    sets the optimizer's LR to 1 for that, as OneCycleLR and CyclicLR set it to theirs.

    Where PyTorch's classes refuse the spec or train something else, the scheduler is its formula, to the last bit, and
    a warning says so. A spec that asks for a replay (`emulate:`) gets PyTorch's classes, or an error.

    LrcliError: the optimizer has other groups or learning rates than the spec, or the replay that is asked for is no
    single PyTorch scheduler.
    """
    try:
        import torch
    except ImportError as exc:
        raise LrcliError("PyTorch is not installed here: to_torch needs it") from exc
    groups = optimizer.param_groups
    if len(groups) != len(spec.groups):
        raise LrcliError(f"the optimizer has {len(groups)} parameter groups, the spec {len(spec.groups)}")
    for i, (group, given) in enumerate(zip(spec.groups, groups, strict=True)):
        if group.lr is not None and group.lr != given["lr"]:
            raise LrcliError(
                f"parameter group {i} of the optimizer has lr {given['lr']!r}, the spec {group.lr!r}:"
                " build the optimizer with the spec's learning rates"
            )
    schedules = [group.schedule for group in spec.groups]
    if spec.emulation is None:
        problem = note(spec, getattr(torch, "__version__", ""), [group.get("initial_lr") for group in groups])
        if problem:
            warn(str(problem), stacklevel=3)
            scheduler = formula_scheduler(spec, optimizer)
            return [scheduler] if isinstance(schedules[0], Manual) else scheduler
    check(schedules)
    if isinstance(schedules[0], Manual):
        return [build(children, optimizer) for children in families_of(schedules)]
    return build(schedules, optimizer)


def note(spec: Spec, version: str = "", initial_lrs: Sequence[float | None] | None = None) -> Problem | None:
    """Why the installed PyTorch's own classes are not what to_torch builds, None where they are.

    version: the installed one (a release that is not known counts as the newest that is). initial_lrs: what an earlier
    scheduler left in the optimizer's groups.
    """
    try:
        release, _ = find_release(version)
    except LrcliError:
        release = NEWEST
    try:
        schedules = [group.schedule for group in spec.groups]
        check(schedules)
        why = deviation(spec, release, initial_lrs or [None] * len(schedules))
    except LrcliError as error:
        why = str(error)
    what = "the scheduler that is built is the spec's formula, not PyTorch's own class"
    return Problem("formula-scheduler", what, why) if why else None


def check(schedules: Sequence[Schedule]) -> None:
    """Raise LrcliError where one PyTorch scheduler cannot hold the schedules of all groups."""
    first = schedules[0]
    if any(type(schedule) is not type(first) for schedule in schedules):
        raise LrcliError("the parameter groups have schedules of different types; a PyTorch scheduler has one for all")
    if not is_known(type(first)):
        raise LrcliError(f"PyTorch has no scheduler that computes {first.name}")
    for schedule in schedules:
        if reason := foreign_reason(schedule):
            raise LrcliError(reason)
    if isinstance(first, (Sequential, Chained)):
        for children in families_of(schedules):
            if isinstance(children[0], Manual):
                raise LrcliError(f"PyTorch has no scheduler that holds {children[0].name} inside another")
            check(children)
    if first.name in AS_LAMBDA:
        return
    for f in fields(first):
        param = param_of(f)
        values = [getattr(schedule, f.name) for schedule in schedules]
        if any(value != values[0] for value in values) and not (param.per_group or param.kind in _NOT_ARGUMENTS):
            raise LrcliError(f"the parameter groups have different {f.name}; a PyTorch scheduler has one for all")


def build(schedules: Sequence[Schedule], optimizer: Any) -> Any:
    """One scheduler for the schedules of all groups, which are alike but for per-group values."""
    first = schedules[0]
    if first.name in AS_LAMBDA:
        return _as_lambda(schedules, optimizer)
    assert first.torch is not None
    cls = _class_of(first.torch)
    arguments = {name: _functions(value) for name, value in arguments_of(schedules)}
    if not isinstance(first, (Sequential, Chained)):
        return cls(optimizer, **arguments)
    children = [build(family, optimizer) for family in families_of(schedules)]
    # ChainedScheduler has its optimizer from its children
    return cls(optimizer, children, **arguments) if isinstance(first, Sequential) else cls(children)


def arguments_of(schedules: Sequence[Schedule]) -> Iterator[tuple[str, Any]]:
    """The plain arguments that are not at their defaults, as an older release may not know them.

    Of several groups it is a list where they differ.
    """
    for f in fields(schedules[0]):
        if param_of(f).kind in _NOT_ARGUMENTS:
            continue
        values = [getattr(schedule, f.name) for schedule in schedules]
        if f.default is not MISSING and all(value == f.default for value in values):
            continue
        plain = [list(value) if isinstance(value, tuple) else value for value in values]
        yield f.name, plain[0] if all(value == values[0] for value in values) else plain


def _as_lambda(schedules: Sequence[Schedule], optimizer: Any) -> Any:
    """A LambdaLR of schedules that PyTorch has no class for."""
    functions: list[Callable[[int], float]] = []
    for schedule, group in zip(schedules, optimizer.param_groups, strict=True):
        if isinstance(schedule, RangeTest):
            group["lr"] = group["initial_lr"] = 1.0
        if isinstance(schedule, WarmupCosine):
            # LambdaLR scales initial_lr, which a scheduler that is built before may have left behind a changed lr
            functions.append(schedule.factors(group.get("initial_lr", group["lr"])))
        else:
            functions.append(curve_of(schedule, 1.0))
    return lambda_lr(functions, optimizer)


def _class_of(name: str) -> Any:
    from torch.optim import lr_scheduler, swa_utils

    cls = getattr(lr_scheduler, name, None) or getattr(swa_utils, name, None)
    if cls is None:
        import torch

        raise LrcliError(f"the installed torch {torch.__version__} has no {name}")
    return cls


def _functions(value: Any) -> Any:
    """An argument as PyTorch takes it: an expression is a function."""
    if isinstance(value, list):
        return [_functions(each) for each in value]
    # a plain function, because LambdaLR's state_dict() stores the inside of any other callable
    return (lambda epoch: value(epoch)) if callable(value) else value


def families_of(schedules: Sequence[Schedule]) -> list[list[Schedule]]:
    """The children of composites that stand for several groups: child by child, over the groups."""
    families = [schedule.schedules for schedule in schedules if isinstance(schedule, (Sequential, Chained))]
    if len({len(family) for family in families}) > 1:
        raise LrcliError("the parameter groups have different numbers of schedules; a PyTorch scheduler has one list")
    return [list(children) for children in zip(*families, strict=True)]
