"""A spec as the Python that builds PyTorch's scheduler: what `to_torch` does, written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.errors import LrcliError
from lrcli.expression import Expression, tree_of
from lrcli.expression.parser import VARIABLES
from lrcli.frameworks.torch.build import arguments_of, check, families_of, note
from lrcli.frameworks.torch.formula import reads_metric
from lrcli.frameworks.torch.written import IN_MATH, InFloats, Signed, same_in_python
from lrcli.schedules.base import Schedule
from lrcli.schedules.constant import Constant
from lrcli.schedules.cosine import WarmupCosine
from lrcli.schedules.range_test import RangeTest
from lrcli.schedules.sequential import Chained, Manual, Sequential
from lrcli.spec import Spec

_WIDTH = 100
_INDENT = "    "
_ONE = "lambda epoch: 1.0"


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
    body = [*writer.optimizer(), *writer.functions, *lines, "", *_loop(spec, names, schedules)]
    return "".join(f"{line}\n" for line in (*writer.imports(), "", *body))


def _formula_source(spec: Spec, why: str, writer: _Writer) -> str:
    """The Python of a scheduler that is the spec's formula, where PyTorch's own classes train something else."""
    from lrcli.frameworks.torch.formula_source import formula_lines

    imports, definitions, call = formula_lines(spec, why)
    head = [f"# The scheduler is the spec's formula, since {' '.join(why.split())}.", *imports, ""]
    optimizer = writer.optimizer("1.0", "any other; the functions give the learning rates themselves")
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
        self.functions: list[str] = []
        self.math: set[str] = set()
        self.modules = {"lr_scheduler"}

    def imports(self) -> Iterator[str]:
        if self.math:
            yield f"from math import {', '.join(sorted(self.math))}"
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
            functions = [self.function(schedule, i) for i, schedule in enumerate(schedules)]
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
        tree = Signed().visit(tree_of(text))
        self.math |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {*IN_MATH}
        return f"lambda epoch: {ast.unparse(InFloats().visit(tree))}"

    def function(self, schedule: Schedule, i: int) -> str:
        """The name of a function that LambdaLR takes, which is written above the scheduler."""
        base = self.spec.groups[i].lr
        name = f"factor_{len(self.functions)}" if self.functions else "factor"
        lines = _warmup_cosine(schedule, base) if isinstance(schedule, WarmupCosine) else _range_test(schedule)
        self.math |= {"cos", "pi"} if isinstance(schedule, WarmupCosine) else set()
        if isinstance(schedule, RangeTest):
            self.functions.append("for group in optimizer.param_groups:")
            self.functions.append(f'{_INDENT}group["lr"] = group["initial_lr"] = 1.0')
        self.functions += ["", "", f"def {name}(epoch):", *(f"{_INDENT}{line}" for line in lines), "", ""]
        return name


def _rate(rate: float | None) -> str:
    return "1e-3" if rate is None else repr(rate)


def _wrapped(start: str, arguments: Sequence[str], indent: str) -> list[str]:
    line = f"{indent}{start}({', '.join(arguments)})"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{indent}{start}(", *(f"{indent}{_INDENT}{argument}," for argument in arguments), f"{indent})"]


def _warmup_cosine(schedule: WarmupCosine, base: float | None) -> Iterator[str]:
    warmup, end, least, start = schedule.warmup, schedule.T_max, schedule.eta_min, schedule.start_factor
    if warmup:
        yield f"if epoch < {warmup!r}:"
        yield f"{_INDENT}return {start!r} + (1.0 - {start!r}) * epoch / {warmup!r}"
    yield f"if epoch >= {end!r}:"
    yield f"{_INDENT}return {f'{least!r} / {base!r}' if least else '0.0'}"
    yield f"half = 0.5 * (1.0 + cos(pi * (epoch - {warmup!r}) / ({end!r} - {warmup!r})))"
    yield f"return ({least!r} + ({base!r} - {least!r}) * half) / {base!r}" if least else "return half"


def _range_test(schedule: Schedule) -> Iterator[str]:
    assert isinstance(schedule, RangeTest)
    rows, start, end = int(schedule.num_iter), schedule.start, schedule.end
    if rows <= 1:
        yield f"return {end!r} if epoch else {start!r}"
        return
    yield f"if epoch >= {rows - 1}:"
    yield f"{_INDENT}return {end!r}"
    part = f"epoch / {rows - 1}"
    if schedule.shape == "linear":
        yield f"return {start!r} + ({end!r} - {start!r}) * ({part})"
    else:
        yield f"return {start!r} * ({end!r} / {start!r}) ** ({part})"
