"""A spec as the Python that builds PyTorch's scheduler: what `to_torch` does, written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from lrcli.errors import LrcliError
from lrcli.expression import Expression
from lrcli.expression.parser import VARIABLES
from lrcli.frameworks.torch.build import arguments_of, check, families_of, note
from lrcli.frameworks.torch.formula import metered_parts, metric_fields, reads_metric
from lrcli.frameworks.torch.known import NotPrinted
from lrcli.frameworks.torch.printed import Printed
from lrcli.frameworks.torch.remembered import momentum_at
from lrcli.frameworks.torch.written import IN_MATH, WIDTH, same_in_python
from lrcli.schedules.base import LrRule, Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import WarmupCosine
from lrcli.schedules.range_test import RangeTest
from lrcli.schedules.sequential import Chained, Manual, Sequential
from lrcli.spec import Spec

_INDENT = "    "
_ONE = "lambda epoch: 1.0"
_UNNAMED = "\0{}\0"
"""What no Python has: the place of a name."""
_AT_ONE = ("for group in optimizer.param_groups:", f'{_INDENT}group["lr"] = group["initial_lr"] = 1.0')
"""A factor of 1 is the learning rate 1, as OneCycleLR and CyclicLR set the optimizer's to theirs."""


def source(spec: Spec) -> str:
    """The Python of a spec: an optimizer with its groups, the scheduler, and the loop that steps it.

    >>> from lrcli.schedules.step import Step
    >>> from lrcli.spec import Group
    >>> print(source(Spec("a", (Group(None, 0.1, Step(step_size=30)),), 90)), end="")
    import torch
    from torch.optim import lr_scheduler
    <BLANKLINE>
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)  # or any other
    scheduler = lr_scheduler.StepLR(optimizer, step_size=30)
    <BLANKLINE>
    for epoch in range(90):
        ...  # train, with optimizer.step() in each batch
        scheduler.step()
    """
    schedules = [group.schedule for group in spec.groups]
    writer = _Writer(spec)
    deviation = None if spec.emulation else note(spec)
    if deviation is not None:
        return _formula_source(spec, deviation.why, writer)
    check(schedules)
    if isinstance(schedules[0], Manual):
        families = families_of(schedules)
        names = [f"scheduler_{i}" for i in range(len(families))]
    else:
        families, names = [schedules], ["scheduler"]
    lines = [line for name, each in zip(names, families, strict=True) for line in writer.call(f"{name} = ", each)]
    body = [*writer.optimizer(), *writer.defined(lines), "", *_loop(spec, names, schedules)]
    return "".join(f"{line}\n" for line in (*writer.imports(), "", *body))


def _formula_source(spec: Spec, why: str, writer: _Writer) -> str:
    """The Python of a scheduler that is the spec's formula, where PyTorch's own classes train something else.

    It is PyTorch's LambdaLR on groups of learning rate 1, whose functions give the learning rate itself.
    """
    imports, definitions, call = formula_lines(spec, why)
    head = [f"# The scheduler is the spec's formula, since {' '.join(why.split())}.", *imports, ""]
    optimizer = writer.optimizer("1.0", "any other; the functions give the learning rates")
    body = [*writer.imports(), *definitions, "", "", *optimizer, f"scheduler = {call}", ""]
    loop = list(_loop(spec, ["scheduler"], []))
    if any(reads_metric(group.schedule) for group in spec.groups):
        loop.insert(-1, f"{_INDENT}metrics.append(float(metric))")
    return "".join(f"{line}\n" for line in (*head, *body, *loop))


def _loop(spec: Spec, names: Sequence[str], schedules: Sequence[Schedule]) -> Iterator[str]:
    word = "epoch" if spec.interval == "epoch" else "step"
    yield f"for {word} in range({spec.length}):"
    train = "train, with optimizer.step() in each batch" if word == "epoch" else "one batch, with optimizer.step()"
    yield f"{_INDENT}...  # {train}"
    for name in names:
        yield f"{_INDENT}{name}.step({'metric' if any(map(reads_metric, schedules)) else ''})"


class _Writer:
    """Collects what the statements need above them."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.rates: list[str] = []
        self.printed = Printed()
        self.used: list[str] = []
        self.math: set[str] = set()
        self.modules = {"lr_scheduler"}

    def imports(self) -> Iterator[str]:
        yield from (f"import {module}" for module in sorted(self.printed.imports))
        if self.math:
            yield f"from math import {', '.join(sorted(self.math))}"
        if self.printed.imports or self.math:
            yield ""
        yield "import torch"
        yield f"from torch.optim import {', '.join(sorted(self.modules))}"

    def optimizer(self, rate: str = "", note: str = "any other") -> Iterator[str]:
        """The optimizer with its groups; `rate` is what stands for the learning rate of each."""
        groups = self.spec.groups
        if len(groups) == 1 and groups[0].name is None:
            yield f"optimizer = torch.optim.SGD(model.parameters(), lr={rate or _rate(groups[0].lr)})  # or {note}"
            return
        yield f"optimizer = torch.optim.SGD(  # or {note}"
        yield f"{_INDENT}["
        for i, group in enumerate(groups):
            name = group.name if group.name is not None and group.name.isidentifier() else f"group_{i}"
            yield f'{_INDENT * 2}{{"params": {name}.parameters(), "lr": {rate or _rate(group.lr)}}},'
        yield f"{_INDENT}]"
        yield ")"

    def call(self, start: str, schedules: Sequence[Schedule], indent: str = "") -> list[str]:
        """The lines of one scheduler for the schedules of all groups, which are alike but for per-group values."""
        first = schedules[0]
        if isinstance(first, Constant):
            return [f"{indent}{start}lr_scheduler.LambdaLR(optimizer, {_ONE})"]
        if isinstance(first, (WarmupCosine, RangeTest)):
            self.rates += _AT_ONE if isinstance(first, RangeTest) else ()
            pairs = zip(schedules, self.spec.groups, strict=True)
            rules = (
                each.factors(group.base_lr) if isinstance(each, WarmupCosine) else each.rule(1.0)
                for each, group in pairs
            )
            functions = [self.function(rule) for rule in rules]
            value = functions[0] if len(functions) == 1 else f"[{', '.join(functions)}]"
            return [f"{indent}{start}lr_scheduler.LambdaLR(optimizer, {value})"]
        if isinstance(first, (Sequential, Chained)):
            return self.composition(start, schedules, indent)
        arguments = [f"{name}={self.text(value)}" for name, value in arguments_of(schedules)]
        return _wrapped(f"{start}{self.named(first)}", ["optimizer", *arguments], indent)

    def composition(self, start: str, schedules: Sequence[Schedule], indent: str) -> list[str]:
        first = schedules[0]
        inner = indent + _INDENT
        lines = [f"{indent}{start}{self.named(first)}("]
        if isinstance(first, Sequential):
            lines.append(f"{inner}optimizer,")
        lines.append(f"{inner}schedulers=[")
        for family in families_of(schedules):
            child = self.call("", family, inner + _INDENT)
            lines += [*child[:-1], f"{child[-1]},"]
        lines.append(f"{inner}],")
        for name, value in arguments_of(schedules):
            lines.append(f"{inner}{name}={self.text(value)},")
        return [*lines, f"{indent})"]

    def named(self, schedule: Schedule) -> str:
        name = schedule.torch
        if name is None:
            raise LrcliError(f"PyTorch has no scheduler that computes {schedule.name}")
        module = "swa_utils" if name == "SWALR" else "lr_scheduler"
        self.modules.add(module)
        return f"{module}.{name}"

    def text(self, value: Any) -> str:
        """A value as Python."""
        if isinstance(value, list):
            return f"[{', '.join(map(self.text, value))}]"
        if isinstance(value, Expression):
            return self.expression(value)
        return repr(value)

    def expression(self, value: Expression) -> str:
        """A lambda as it was written where that gives the same numbers; else one that computes in floats, as we do."""
        text = value.text.strip()
        names = {node.id for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}
        variable = min(names & {*VARIABLES}, default="epoch")
        written = text if text.startswith("lambda") else f"lambda {variable}: {text}"
        if len(names & {*VARIABLES}) <= 1 and same_in_python(value, written, self.spec.length):
            self.math |= names & {*IN_MATH}
            return written
        return self.function(value)

    def function(self, function: Expression | LrRule) -> str:
        """What stands for the name of a function until the definitions are written."""
        if isinstance(function, Expression):
            self.used.append(self.printed.expression(function, "factor"))
        else:
            self.used.append(self.printed.function(function, wish="factor"))
        return _UNNAMED.format(len(self.used) - 1)

    def defined(self, lines: Sequence[str]) -> list[str]:
        """The lines below the definitions of the functions whose names they need."""
        definitions, names = self.printed.lines(self.used)
        text = "\n".join(lines)
        for i, name in enumerate(names):
            text = text.replace(_UNNAMED.format(i), name)
        return [*self.rates, *definitions, *(["", ""] if definitions else []), *text.split("\n")]


def _rate(rate: float | None) -> str:
    return "1e-3" if rate is None else repr(rate)


def _wrapped(start: str, arguments: Sequence[str], indent: str) -> list[str]:
    line = f"{indent}{start}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{indent}{start}(", *(f"{indent}{_INDENT}{argument}," for argument in arguments), f"{indent})"]


CHECKED = 500
"""What is printed is run for this many rows, and must have the numbers of the formula."""
LISTED = 10_000
"""A run of at most this many rows, of a schedule that cannot be printed, is a list of its learning rates."""

_WITH_MOMENTUM = '''

class FormulaLR(lr_scheduler.LambdaLR):
    """Sets the momentum of each parameter group, too."""

    def get_lr(self):
        for group, momentum_at in zip(self.optimizer.param_groups, momenta):
            momentum = momentum_at(self.last_epoch)
            if momentum is not None and "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            elif momentum is not None:
                group["momentum"] = momentum
        return super().get_lr()

'''


def formula_lines(spec: Spec, why: str) -> tuple[list[str], list[str], str]:
    """(what it imports, what it defines, the call that builds it) of a scheduler with the learning rates of `spec`.

    Raises LrcliError where the formula cannot be written without this package.
    """
    schedules = [group.schedule for group in spec.groups]
    moving = any(schedule.moves_momentum for schedule in schedules)
    parts = [part for schedule in schedules for part in metered_parts(schedule)]
    live = {id(part): f"metrics[{begin}:]" if begin else "metrics" for part, begin in parts}
    printed = Printed(live)
    try:
        names = [printed.named(group.schedule.lr_at, {"base_lr": group.base_lr}, "lr_at") for group in spec.groups]
        momenta = [printed.named(momentum_at, {"schedule": each}, "momentum_at") for each in schedules if moving]
        lines, used = printed.lines([*names, *momenta])
        _check(spec, lines, used, printed.imports)
    except NotPrinted:
        if moving or live or spec.length > LISTED:
            raise LrcliError(f"{why}, and its formula cannot be written as Python of its own") from None
        curves = [f"lambda epoch: rates_{i}[min(epoch, {spec.length - 1})]" for i in range(len(schedules))]
        return [], list(_lists(spec)), f"lr_scheduler.LambdaLR(optimizer, {_listed(curves)})"
    lines = ["", "", "metrics = []  # what each epoch measured", *lines] if live else lines
    if moving:
        lines += [*_WITH_MOMENTUM.split("\n"), f"momenta = {_listed(used[len(names) :], always=True)}"]
    scheduler = "FormulaLR" if moving else "lr_scheduler.LambdaLR"
    imports = [f"import {module}" for module in sorted(printed.imports)]
    return imports, lines, f"{scheduler}(optimizer, {_listed(used[: len(names)])})"


def _check(spec: Spec, lines: list[str], names: list[str], modules: set[str]) -> None:
    """Raise NotPrinted where the functions have other numbers than the formula, in the first rows or in the last."""
    for group, name in zip(spec.groups, names, strict=False):
        metered = list(metered_parts(group.schedule))
        series = (getattr(part, name) for part, _ in metered for name in metric_fields(part))
        metrics = list(next(filter(None, series), ()))
        namespace: dict[str, Any] = {module: import_module(module) for module in modules} | {"metrics": metrics}
        exec("\n".join(lines), namespace)
        rows = min(spec.length, CHECKED)
        for t in (*range(rows), *(() if group.schedule.walks or metered else (spec.length - 1,))):
            try:
                rate = group.schedule.lr_at(t, group.base_lr)
            except (ArithmeticError, ValueError):
                break
            try:
                printed = namespace[name](t)
            except Exception as error:  # whatever it is, the code is not what the formula is
                raise NotPrinted(f"row {t} raises {error!r}") from None
            if repr(1.0 * printed) != repr(1.0 * rate):  # what LambdaLR makes of them
                raise NotPrinted(f"row {t} comes out as {printed!r}, not {rate!r}")


def _listed(items: list[str], always: bool = False) -> str:
    return f"[{', '.join(items)}]" if always or len(items) > 1 else items[0]


def _lists(spec: Spec) -> Iterator[str]:
    """The learning rates of each group, some in a line."""
    yield from ("", "")
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
