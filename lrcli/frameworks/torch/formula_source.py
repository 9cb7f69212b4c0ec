"""The Python of a scheduler that is a spec's formula, for what PyTorch's own classes do not train."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from itertools import repeat
from typing import Any

from lrcli.errors import LrcliError
from lrcli.frameworks.torch.bundle import Bundle
from lrcli.frameworks.torch.formula import metric_fields, reads_metric
from lrcli.frameworks.torch.trees import NotBundled, PythonText
from lrcli.schedules.base import Schedule
from lrcli.schedules.chained import Chained
from lrcli.schedules.sequential import Sequential
from lrcli.spec import Spec

LISTED = 10_000
"""A run of at most so many rows, of a schedule that cannot be cut out, is a list of its learning rates."""

_SCHEDULER = '''

class FormulaLR(lr_scheduler.LRScheduler):
    """The learning rate of each parameter group as a function of last_epoch."""

    def __init__(self, optimizer, curves):
        self.curves = curves
        super().__init__(optimizer)

    def get_lr(self):
        return [curve(self.last_epoch) for curve in self.curves]

    def state_dict(self):
        return {key: value for key, value in super().state_dict().items() if key != "curves"}
'''

_WITH_MOMENTUM = '''

class FormulaLR(lr_scheduler.LRScheduler):
    """The learning rate and the momentum of each parameter group as functions of last_epoch."""

    def __init__(self, optimizer, curves, momenta):
        self.curves, self.momenta = curves, momenta
        super().__init__(optimizer)

    def get_lr(self):
        for group, momentum_at in zip(self.optimizer.param_groups, self.momenta):
            momentum = momentum_at(self.last_epoch)
            if momentum is not None and "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif momentum is not None:
                group["momentum"] = momentum
        return [curve(self.last_epoch) for curve in self.curves]

    def state_dict(self):
        return {key: value for key, value in super().state_dict().items() if key not in ("curves", "momenta")}
'''


_WITH_METRIC = '''

class FormulaLR(lr_scheduler.LRScheduler):
    """The learning rate of each parameter group as a function of last_epoch and of the metrics so far."""

    def __init__(self, optimizer, curves):
        self.curves, self.metrics = curves, None
        super().__init__(optimizer)
        self.metrics = []

    def get_lr(self):
        metrics = tuple(self.metrics or ())
        return [curve(metrics, self.last_epoch) for curve in self.curves]

    def step(self, metric=None):
        if self.metrics is not None:  # the constructor steps, too
            self.metrics.append(float(metric))
        super().step()

    def state_dict(self):
        return {key: value for key, value in super().state_dict().items() if key != "curves"}
'''


def formula_lines(spec: Spec, why: str) -> tuple[list[str], list[str], str]:
    """(what it imports, what it defines, the call that builds it) of a scheduler with the learning rates of `spec`.

    Raises LrcliError where the formula cannot be written without this package.
    """
    moving = any(group.schedule.moves_momentum for group in spec.groups)
    metered = any(reads_metric(group.schedule) for group in spec.groups)
    bundle = Bundle("lr_at", "momenta") if moving else Bundle("lr_at")
    try:
        if moving and metered:
            raise NotBundled("both a metric and a momentum")
        schedules = [_from_metrics(group.schedule, 0) if metered else group.schedule for group in spec.groups]
        for schedule in schedules:
            bundle.value(schedule)
        definitions = list(bundle.definitions())
        values = [bundle.value(schedule) for schedule in schedules]
    except NotBundled:
        if moving or metered or spec.length > LISTED:
            raise LrcliError(f"{why}, and its formula cannot be written as Python of its own") from None
        return [], [*_lists(spec), *_SCHEDULER.split("\n")], f"FormulaLR(optimizer, [{_listed_curves(spec)}])"
    names = [f"schedule_{i}" if len(values) > 1 else "schedule" for i in range(len(values))]
    bases = [group.base_lr for group in spec.groups]
    pairs = list(zip(names, values, strict=True))
    if metered:
        made = [line for name, value in pairs for line in ("", "", f"def {name}(metrics):", f"    return {value}")]
        called = [f"{name}(metrics).lr_at(epoch, {_number(base)})" for name, base in zip(names, bases, strict=True)]
        given, scheduler = _functions("metrics, epoch", called), _WITH_METRIC
    else:
        made = ["", "", *(f"{name} = {value}" for name, value in pairs)]
        called = [f"{name}.lr_at(epoch, {_number(base)})" for name, base in zip(names, bases, strict=True)]
        given, scheduler = _functions("epoch", called), _SCHEDULER
    if moving:
        given += ", " + _functions("epoch", [f"{name}.momenta(epoch, epoch + 1)[0]" for name in names])
        scheduler = _WITH_MOMENTUM
    return bundle.imports(), [*definitions, *made, *scheduler.split("\n")], f"FormulaLR(optimizer, {given})"


def _from_metrics(schedule: Schedule, begin: int) -> Schedule:
    """The schedule with the name of the metrics in the place of a metric: one in a phase counts from its begin."""
    changes: dict[str, Any] = {name: PythonText(f"metrics[{begin}:]") for name in metric_fields(schedule)}
    if isinstance(schedule, (Sequential, Chained)):
        begins = (0, *map(int, schedule.milestones)) if isinstance(schedule, Sequential) else repeat(0)
        parts = zip(schedule.schedules, begins, strict=False)
        changes = {"schedules": tuple(_from_metrics(part, begin + start) for part, start in parts)}
    changed = copy(schedule)
    for name, value in changes.items():
        object.__setattr__(changed, name, value)  # no value that a schedule could be made with
    return changed


def _functions(arguments: str, bodies: Sequence[str]) -> str:
    return f"[{', '.join(f'lambda {arguments}: {body}' for body in bodies)}]"


def _lists(spec: Spec) -> Iterator[str]:
    """The learning rates of each group, some in a line."""
    for i, group in enumerate(spec.groups):
        try:
            rates = group.schedule.lrs(group.base_lr, 0, spec.length)
        except (ArithmeticError, ValueError) as exc:
            raise LrcliError(f"{spec.name}: not every row has a learning rate ({exc})") from exc
        yield f"rates_{i} = ["
        yield from (f"    {', '.join(map(_number, rates[at : at + 5]))}," for at in range(0, len(rates), 5))
        yield "]"


def _number(rate: float) -> str:
    return repr(rate) if rate - rate == 0 else f'float("{rate}")'


def _listed_curves(spec: Spec) -> str:
    return ", ".join(f"lambda epoch: rates_{i}[min(epoch, {spec.length - 1})]" for i in range(len(spec.groups)))
