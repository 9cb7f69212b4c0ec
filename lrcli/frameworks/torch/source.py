"""A spec as the Python that builds PyTorch's scheduler: what `to_torch` does, written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.errors import LrcliError
from lrcli.expression import Expression
from lrcli.expression.parser import VARIABLES
from lrcli.frameworks.torch.build import arguments_of, check, families_of, note
from lrcli.frameworks.torch.formula import reads_metric
from lrcli.frameworks.torch.printed import Printed
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
    """The Python of a scheduler that is the spec's formula, where PyTorch's own classes train something else."""
    from lrcli.frameworks.torch.formula_source import formula_lines

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
