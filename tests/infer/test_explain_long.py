"""Long logs: explained on a sample of their rows, and then found to the row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lrcli.infer.explain import explain
from lrcli.infer.limits import SAMPLE
from lrcli.logs import Log
from lrcli.reader import read_declared

N = 4 * SAMPLE
LINEAR = (
    f"{{name: s, lr: 0.1, steps: {N}, schedule: {{type: linear, start_factor: 1, end_factor: 0.1, total_iters: {N}}}}}"
)

CASES: dict[str, tuple[Callable[[int], int], str, str]] = {
    "one skipped step": (lambda t: t - (t >= 7001), "shift", "o(t) = s(t - 1) from t = 7001 on"),
    "two skipped steps": (
        lambda t: t - (t >= 4444) - (t >= 9999),
        "skipped",
        "o(t) = s(t - lag), lag 1 from t = 4444, 2 from t = 9999",
    ),
    "one step late": (lambda t: max(t - 1, 0), "lag", "o(t) = s(t - 1)"),
    "runs on from another step": (lambda t: t if t < 8123 else t + 500, "shift", "o(t) = s(t + 500) from t = 8123 on"),
    "begins again": (lambda t: t if t < 8123 else t - 8123, "cycled", "o(t) = s(t mod 8123)"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_switch_is_found_to_the_row(name: str) -> None:
    """Where a long log leaves its spec is told exactly, though not every row was tried with every cause."""
    clock, key, told = CASES[name]
    declared = read_declared(LINEAR)
    group = declared.spec.groups[0]
    assert group.schedule is not None and group.lr is not None
    values = [group.schedule.lr_at(clock(t), group.lr) for t in range(N)]
    report = explain(declared, Log("log", "step", [float(t) for t in range(N)], {"lr": values}))
    first = report.explanations[0]
    assert ("explained", [key], N) == (report.verdict, [cause.key for cause in first.causes], first.explained)
    assert (told,) == first.forms


NANO = f"{{lr: 1, steps: {N}, schedule: {{type: nanogpt.get_lr, warmup_iters: 99, lr_decay_iters: 8000, min_lr: 0.1}}}}"


@pytest.mark.parametrize("key", ["mirrored", "glitch"])
def test_a_single_row_of_a_long_log_is_found(key: str) -> None:
    """The step at which a decay turns, and a row that is wrong, may be none of those that are tried."""
    declared = read_declared(NANO)
    group = declared.spec.groups[0]
    turned = [8000 - abs(t - 8000) if key == "mirrored" else t for t in range(N)]
    values = [group.schedule.lr_at(t, group.base_lr) for t in turned]
    values[3333] *= 0.9 if key == "glitch" else 1
    first = explain(declared, Log("log", "step", [float(t) for t in range(N)], {"lr": values})).explanations[0]
    assert ([key], N) == ([cause.key for cause in first.causes], first.explained)
