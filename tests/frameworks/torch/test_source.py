"""`convert --to torch` of what PyTorch has no class for: Python that needs nothing of lrcli, with the same numbers."""

from __future__ import annotations

import random
import re
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lrcli.catalog import registry
from lrcli.catalog.registry import all_types
from lrcli.curve import evaluate
from lrcli.errors import LrcliError
from lrcli.frameworks.torch.source import source
from lrcli.reader import parse_text
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of
from lrcli.spec import Spec
from tests import grammar

METRIC = "[3, 2, 2, 2, 1, 1, 1, 1, 1, 1]"


class LRScheduler:
    """What a scheduler inherits from PyTorch's, as far as the printed code leans on it."""

    def __init__(self, optimizer: Any) -> None:
        self.optimizer, self.last_epoch = optimizer, -1
        self.step()

    def get_lr(self) -> list[float]:
        raise NotImplementedError

    def step(self) -> None:
        self.last_epoch += 1
        for group, lr in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = lr

    def state_dict(self) -> dict[str, Any]:
        return {key: value for key, value in vars(self).items() if key != "optimizer"}


class LambdaLR(LRScheduler):
    """The base learning rates times functions of last_epoch."""

    def __init__(self, optimizer: Any, lr_lambda: Any) -> None:
        several = lr_lambda if isinstance(lr_lambda, list) else [lr_lambda] * len(optimizer.param_groups)
        self.lr_lambdas = several
        self.base_lrs = [group["lr"] for group in optimizer.param_groups]
        super().__init__(optimizer)

    def get_lr(self) -> list[float]:
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [base * function(self.last_epoch) for base, function in pairs]


def _sgd(parameters: Any, lr: float = 0.0) -> Any:
    groups = parameters if isinstance(parameters, list) else [{"lr": lr}]
    return SimpleNamespace(param_groups=groups, step=lambda: None)


def trained(spec: Spec, code: str, monkeypatch: pytest.MonkeyPatch) -> list[list[float]]:
    """The learning rates of each row of a run of the code."""
    torch, optim, schedulers = (ModuleType(name) for name in ("torch", "torch.optim", "torch.optim.lr_scheduler"))
    for module, name, value in (
        (torch, "optim", optim),
        (optim, "lr_scheduler", schedulers),
        (optim, "SGD", _sgd),
        (schedulers, "LambdaLR", LambdaLR),
    ):
        setattr(module, name, value)
    for module in (torch, optim, schedulers):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    rows: list[list[float]] = []
    look = 'rows.append([group["lr"] for group in optimizer.param_groups])'
    body = re.sub(r"\.\.\.  # .*", look, code).replace("float(metric)", "measured[len(rows) - 1]")
    model = SimpleNamespace(parameters=tuple)
    names = dict.fromkeys(re.findall(r"(\w+)\.parameters\(\)", code), model)
    try:
        exec(compile(body, "printed", "exec"), {"rows": rows, "measured": [3, 2, 2, 2, 1, 1, 1, 1, 1, 1], **names})
    except (ArithmeticError, ValueError):
        assert spec.length == len(rows)  # the formula has no value behind the run's last row
    return rows


def minimal(cls: type[Schedule]) -> str:
    """A spec of a type, with the keys that it cannot do without."""
    keys = {"type": cls.name}
    for field in parameters(cls):
        param = param_of(field)
        if param.kind == "metric":
            keys[field.name] = METRIC
        elif param.example and param.kind != "setting":
            keys[field.name] = param.example
    listed = ", ".join(f"{key}: {value}" for key, value in keys.items() if "\n" not in value)
    return f"{{lr: 0.1, epochs: 10, steps_per_epoch: 100, schedule: {{{listed}}}}}"


@pytest.mark.parametrize("framework", [name for name in registry.framework_names() if registry.framework_types(name)])
def test_every_type_of_a_framework(framework: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code has the formula's own numbers, and names this package nowhere."""
    for cls in registry.framework_types(framework):
        try:
            spec = parse_text(minimal(cls))
            rows = [list(row) for row in zip(*(group.lr for group in evaluate(spec).groups), strict=True)]
        except LrcliError:
            continue  # an example of several lines, or one that needs a longer run
        code = source(spec)
        assert "lrcli" not in code
        assert rows == trained(spec, code, monkeypatch), cls.name


@pytest.mark.parametrize("seed", range(3))
def test_random_specs(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Phases, groups, warmups and expressions in any mixture: where it is no class of PyTorch's, it is the formula."""
    rnd, looked_at = random.Random(seed), 0
    while looked_at < 12:
        try:
            spec = parse_text(grammar.spec(rnd, most=20, replays=False))
            curve = evaluate(spec)
            code = source(spec)
        except LrcliError:
            continue
        if "the spec's formula" not in code or "metric" in code or any(group.lr is None for group in spec.groups):
            continue
        looked_at += 1
        rows = [list(row) for row in zip(*(group.lr for group in curve.groups), strict=True)]
        assert repr(rows) == repr(trained(spec, code, monkeypatch)), code


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("0.95 ** epoch", "lr_lambda=lambda epoch: 0.95 ** epoch"),
        ("lambda t: cos(pi * t / 9)", "lr_lambda=lambda t: cos(pi * t / 9)"),
        ("10 ** 308 * (epoch + 1) / 10 ** 308", "    epoch = float(epoch)\n    return 1e+308 * (epoch + 1.0) / 1e+308"),
        ("t + step", "    epoch = float(epoch)\n    return epoch + epoch"),
    ],
)
def test_expressions(expression: str, written: str) -> None:
    """An expression stands as it was written where Python's whole numbers give the same, else as one in floats."""
    code = source(parse_text(f'{{lr: 0.1, epochs: 9, schedule: {{type: lambda, lr_lambda: "{expression}"}}}}'))
    assert written in code


def test_all_types_are_looked_at() -> None:
    """Types of a framework are most of all types."""
    assert len(all_types()) - 30 < sum(len(registry.framework_types(name)) for name in registry.framework_names())


def test_what_cannot_be_written() -> None:
    """A formula that steps PyTorch's own scheduler, in a run that is too long for a list of its rates, is refused."""
    schedule = "{type: pytorch_warmup.LinearWarmup, lr_scheduler: {type: cosine}, warmup_period: 9}"
    short, long = (parse_text(f"{{lr: 0.1, steps: {n}, schedule: {schedule}}}") for n in (100, 10_001))
    assert "rates_0 = [\n" in source(short)
    with pytest.raises(LrcliError, match="its formula cannot be written as Python of its own"):
        source(long)
