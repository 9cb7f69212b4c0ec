"""mmcv's lr_config: its policies and clocks, what it refuses, and rates that were computed elsewhere."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import pytest

from lrcli import evaluate
from lrcli.errors import EvaluationError, SpecError
from lrcli.reader import parse_text
from lrcli.series import series_of


def spec(lr: float = 1.0, run: dict[str, Any] | None = None, **keys: Any) -> str:
    return json.dumps({"lr": lr, **(run or {"epochs": 8}), "schedule": {"type": "mmcv.lr_config", **keys}})


def lrs(lr: float = 1.0, run: dict[str, Any] | None = None, **keys: Any) -> list[float]:
    return list(evaluate(parse_text(spec(lr, run, **keys))).groups[0].lr)


def batches(epochs: int) -> dict[str, Any]:
    return {"epochs": epochs, "interval": "step", "data": {"samples": 1000, "batch_size": 2}}


@pytest.mark.parametrize(
    ("lr", "epochs", "keys", "expected"),
    [
        (
            0.02,
            60,
            {"policy": "step", "warmup": "linear", "warmup_iters": 500, "warmup_ratio": 0.001, "step": [40, 55]},
            {
                0: 2.000000000000002e-05,
                1: 5.996000000000113e-05,
                250: 0.01001,
                499: 0.01996004,
                500: 0.02,
                19999: 0.02,
                20000: 0.002,
                27499: 0.002,
                27500: 0.00020000000000000004,
                29999: 0.00020000000000000004,
            },
        ),
        (
            0.01,
            50,
            {
                "policy": "CosineAnnealing",
                "warmup": "linear",
                "warmup_iters": 1000,
                "warmup_ratio": 0.1,
                "min_lr_ratio": 1e-6,
            },
            {
                0: 0.0009999999999999998,
                1: 0.001009,
                500: 0.005494573508604244,
                999: 0.009981142531720909,
                1000: 0.009960573545998884,
                12500: 0.005000005,
                24999: 9.876347992284347e-06,
            },
        ),
        (
            0.006,
            50,
            {"policy": "CosineRestart", "min_lr": 0.0, "periods": [0, 10, 20, 30, 40], "restart_weights": [1] * 5},
            {
                0: 0.006,
                1: 0.006,
                4999: 0.00014683045111453942,
                5000: 0.006,
                5500: 0.005963065021785414,
                14999: 3.693497821458702e-05,
                15000: 0.006,
                24999: 0.0017797900707725999,
            },
        ),
    ],
)
def test_configs(lr: float, epochs: int, keys: dict[str, Any], expected: dict[int, float]) -> None:
    """Configs that people train with have the rates that mmcv gives them."""
    found = lrs(lr, batches(epochs), **keys)
    assert {t: found[t] for t in expected} == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"policy": "Fixed"}, [1.0] * 8),
        ({"policy": "step", "step": 3, "gamma": 0.5}, [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25]),
        ({"policy": "step", "step": [2, 4], "gamma": 0.5, "min_lr": 0.3}, [1.0, 1.0, 0.5, 0.5] + [0.3] * 4),
        ({"policy": "exp", "gamma": 0.5}, [0.5**t for t in range(8)]),
        ({"policy": "poly", "min_lr": 0.5}, [1 - t / 16 for t in range(8)]),
        ({"policy": "inv", "gamma": 1.0}, [1 / (1 + t) for t in range(8)]),
        ({"policy": "LinearAnnealing", "min_lr_ratio": 0.5}, [1 - t / 16 for t in range(8)]),
        ({"policy": "FlatCosineAnnealing", "min_lr": 0.0}, [1.0] * 7 + [0.5]),
    ],
)
def test_policies(keys: dict[str, Any], expected: list[float]) -> None:
    """Each policy by epoch; where a row is one iteration, by iteration it is the same."""
    assert lrs(**keys) == pytest.approx(expected, rel=1e-15)
    assert lrs(run={"steps": 8}, by_epoch=False, **keys) == lrs(**keys)


def test_cyclic() -> None:
    """A cycle climbs, then falls; gamma brings the top down from cycle to cycle, and not the end."""
    keys: dict[str, Any] = {"policy": "cyclic", "target_ratio": [3, 0.5], "cyclic_times": 2, "step_ratio_up": 0.5}
    line = lrs(run={"steps": 8}, anneal_strategy="linear", gamma=0.5, **keys)
    assert line == [1.0, 2.0, 3.0, 1.75, 1.0, 1.5, 2.0, 1.25]
    assert lrs(run={"steps": 8}, **keys)[:3] == [1.0, 2.0, 3.0]
    assert lrs(run={"steps": 8}, policy="cyclic", target_ratio=2.0)[3] == 2.0


def test_one_cycle() -> None:
    """OneCycle climbs from max_lr / div_factor and has no rate past its total_steps; it does not look at lr."""
    keys: dict[str, Any] = {"policy": "OneCycle", "max_lr": 0.5, "pct_start": 0.5, "div_factor": 5}
    found = lrs(run={"steps": 8}, **keys)
    assert (found[0], found[3], max(found)) == (0.09999999999999998, 0.5, 0.5)
    assert found[7] == pytest.approx(1e-5)
    assert {note.code for note in series_of(parse_text(spec(run={"steps": 8}, **keys))).notes()} == {"lr-ignored"}


def test_clocks() -> None:
    """In a run of epochs a row is the first iteration of its epoch, the warmup included."""
    keys: dict[str, Any] = {"policy": "step", "step": [3], "warmup": "exp", "warmup_iters": 6, "warmup_ratio": 0.01}
    run = {"epochs": 4, "steps_per_epoch": 5}
    rows = lrs(run={**run, "interval": "step"}, **keys)
    assert lrs(run=run, **keys) == rows[::5]
    by_epoch = {**keys, "warmup_iters": 2, "warmup_by_epoch": True}
    assert lrs(run={**run, "interval": "step"}, **by_epoch)[9] < 1.0 == lrs(run=run, **by_epoch)[2]


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"policy": "onecycle", "max_lr": 1}, "mmcv raises KeyError: OnecycleLrUpdaterHook is not in its registry"),
        ({"policy": "step"}, "mmcv raises TypeError: Step needs step"),
        ({"policy": "step", "step": 2.5}, "mmcv raises AssertionError: step must be a positive integer"),
        ({"policy": "step", "step": 2, "power": 1}, "mmcv raises TypeError: Step has no argument 'power'"),
        ({"policy": "Fixed", "warmup": "cos"}, "mmcv raises ValueError: 'cos' is not a supported type"),
        ({"policy": "Fixed", "warmup": "linear"}, "mmcv raises AssertionError: warmup_iters must be a positive"),
        (
            {"policy": "Fixed", "warmup": "linear", "warmup_iters": 2, "warmup_ratio": 0},
            "warmup_ratio must be in range",
        ),
        ({"policy": "CosineAnnealing"}, "mmcv raises AssertionError: CosineAnnealing needs min_lr or min_lr_ratio"),
        ({"policy": "CosineRestart", "periods": [2, 3], "min_lr": 0}, "should have the same length"),
        ({"policy": "cyclic", "by_epoch": True}, "mmcv raises AssertionError: Cyclic only supports by_epoch: false"),
        ({"policy": "Fixed", "warmup": "linear", "warmup_iters": 2}, "counts epochs and iterations"),
    ],
)
def test_refused(keys: dict[str, Any], reason: str) -> None:
    """What mmcv refuses is refused, with the exception and the reason."""
    with pytest.raises(SpecError, match=reason):
        parse_text(spec(**keys))


def test_past_the_last_period() -> None:
    """CosineRestart has no rate past its periods."""
    with pytest.raises(EvaluationError, match="at epoch 5: mmcv raises ValueError"):
        evaluate(parse_text(spec(policy="CosineRestart", periods=[2, 3], restart_weights=[1, 1], min_lr=0)))


@pytest.mark.parametrize(
    "keys",
    [
        {"policy": "step", "step": [3, 5], "warmup": "linear", "warmup_iters": 7},
        {"policy": "step", "step": 2},
        {"policy": "FlatCosineAnnealing", "min_lr": 0},
        {"policy": "CosineRestart", "periods": [3, 5], "restart_weights": [1, 0.5], "min_lr": 0, "by_epoch": False},
        {"policy": "cyclic", "cyclic_times": 3},
    ],
)
def test_breaks(keys: dict[str, Any]) -> None:
    """Up to the next break the rates only fall or only rise."""
    run = {"epochs": 8, "steps_per_epoch": 3, "interval": "step"}
    if keys["policy"] == "CosineRestart":
        run = {"steps": 8}
    parsed = parse_text(spec(run=run, **keys))
    found, schedule = evaluate(parsed).groups[0].lr, parsed.groups[0].schedule
    t = 0
    while t < len(found):
        end = schedule.monotone_until(t)
        assert end is None or end > t
        steps = [b - a for a, b in pairwise(found[t : len(found) if end is None else end])]
        assert all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
        t = len(found) if end is None else end
    assert all(math.isfinite(lr) for lr in found)


def test_explained() -> None:
    """A log of another gamma is explained, though most keys of the type are not given."""
    from tests.cli_world import run_cli

    made = spec(policy="step", step=[3], gamma=0.5)
    log = "epoch,lr\n" + "".join(f"{t},{lr}\n" for t, lr in enumerate(lrs(policy="step", step=[3], gamma=0.25)))
    outcome = run_cli("explain", made, "-", stdin=log.encode())
    assert outcome.status in (0, 1), outcome.stderr
    assert "gamma" in outcome.stdout
