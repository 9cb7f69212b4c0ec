"""The Python of a scheduler that is a spec's formula, for what PyTorch's own classes do not train.

It is PyTorch's LambdaLR on groups of learning rate 1, whose functions give the learning rate itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from lrcli.errors import LrcliError
from lrcli.frameworks.torch.formula import metered_parts, metric_fields
from lrcli.frameworks.torch.known import NotPrinted
from lrcli.frameworks.torch.printed import Printed
from lrcli.frameworks.torch.remembered import momentum_at
from lrcli.spec import Spec

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
