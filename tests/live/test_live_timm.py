"""timm's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_timm.py` in an environment that has timm (torchvision is not needed) and torch.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
import types
from typing import Any

import pytest

from tests.live.frameworks import assert_same, lrcli_lrs

torch = pytest.importorskip("torch", reason="the live comparison needs torch")


def imported() -> Any:
    """timm.scheduler, also where timm itself cannot be imported because there is no torchvision."""
    try:
        return importlib.import_module("timm.scheduler")
    except ImportError:
        found = importlib.util.find_spec("timm")
        if found is None or not found.submodule_search_locations:
            pytest.skip("the live comparison needs timm", allow_module_level=True)
        package = types.ModuleType("timm")
        package.__path__ = list(found.submodule_search_locations)
        sys.modules["timm"] = package
        return importlib.import_module("timm.scheduler")


timm_scheduler = imported()
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 80


def optimizer_of(lrs: list[float], scales: list[float] | None) -> Any:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    for group, scale in zip(groups, scales or [], strict=False):
        group["lr_scale"] = scale
    return torch.optim.SGD(groups, lr=lrs[0])


def real(name: str, params: dict[str, Any], steps: int, lrs: list[float], metric: list[float]) -> list[list[float]]:
    """The learning rates of every group, as timm's train.py steps the scheduler; it ends where timm raises."""
    params = dict(params)
    optimizer = optimizer_of(lrs, params.pop("lr_scale", None))
    made = getattr(timm_scheduler, name)(optimizer, **params)
    scheduler = made[0] if isinstance(made, tuple) else made
    rows = []
    for t in range(steps):
        rows.append([group["lr"] for group in optimizer.param_groups])
        if scheduler is None:
            continue
        scheduler.step(t + 1, *metric[t : t + 1])
        scheduler.step_update(t + 1)
    return [list(column) for column in zip(*rows, strict=True)]


def warmup(rng: random.Random) -> dict[str, Any]:
    return {"warmup_t": rng.choice([0, rng.randint(0, 30)]), "warmup_lr_init": rng.choice([0.0, 1e-5, 0.2])}


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a scheduler."""
    params = warmup(rng)
    cycles = {
        "t_initial": rng.randint(1, 60),
        "lr_min": rng.choice([0.0, 1e-5, 0.01, 0.3]),
        "cycle_mul": rng.choice([1.0, 1.0, 2.0, 1.5, 3.0]),
        "cycle_decay": rng.choice([1.0, 0.5, rng.random()]),
        "cycle_limit": rng.randint(1, 6),
    }
    if name in ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"):
        params.update(cycles, warmup_prefix=rng.random() < 0.5)
        if name != "TanhLRScheduler":
            params["k_decay"] = rng.choice([1.0, 0.5, 2.0, rng.uniform(0.2, 3)])
        if name == "PolyLRScheduler":
            params["power"] = rng.choice([0.5, 0.9, 2.0])
        if name == "TanhLRScheduler":
            params.update(lb=rng.uniform(-9, 0), ub=rng.uniform(0.1, 5))
    if name == "StepLRScheduler":
        params.update(decay_t=rng.choice([rng.randint(1, 20), rng.uniform(0.5, 9)]), decay_rate=rng.uniform(0.1, 1.1))
    if name == "MultiStepLRScheduler":
        milestones = sorted(rng.randint(0, 90) for _ in range(rng.randint(0, 5)))
        params.update(decay_t=milestones, decay_rate=rng.uniform(0.1, 1.1))
    if name in ("StepLRScheduler", "MultiStepLRScheduler"):
        params["warmup_prefix"] = rng.random() < 0.5
    if name == "WSDLRScheduler":
        total = rng.randint(1, 80)
        params.update(t_initial=total, decay_t=rng.randint(1, total), lr_min=cycles["lr_min"])
        params.update(stable_fn=rng.choice(["constant", "rsqrt", "power"]), stable_timescale=rng.uniform(1, 50))
        params.update(
            decay_fn=rng.choice(["linear", "1-sqrt", "cosine", "power", "exp"]), decay_power=rng.uniform(0.1, 3)
        )
        params.update(decay_ratio=rng.uniform(0.01, 0.9), stable_power=rng.uniform(0.1, 2))
    if name == "PlateauLRScheduler":
        params.update(decay_rate=rng.uniform(0.1, 0.9), patience_t=rng.randint(0, 4), cooldown_t=rng.randint(0, 3))
        params.update(mode=rng.choice(["min", "max"]), threshold=rng.choice([1e-4, 0.1]), lr_min=cycles["lr_min"])
    if name == "create_scheduler_v2":
        names = ("cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "plateau", "none")
        params = {
            "sched": rng.choice(names),
            "num_epochs": rng.randint(40, 90),
            "warmup_epochs": rng.randint(1, 20),
            "warmup_lr": rng.choice([0.0, 1e-5]),
            "warmup_prefix": rng.random() < 0.5,
            "min_lr": rng.choice([0.0, 1e-5]),
            "decay_rate": rng.choice([0.1, 0.5]),
            "cooldown_epochs": rng.randint(0, 9),
            "cycle_limit": rng.randint(1, 3),
            "k_decay": rng.choice([1.0, 0.7]),
            "patience_epochs": rng.randint(0, 3),
        }
        if rng.random() < 0.5:
            params["decay_epochs"] = rng.choice([rng.randint(1, 15), rng.uniform(0.1, 0.9)])
        if params["sched"] == "multistep":
            params["decay_milestones"] = sorted(rng.randint(1, 60) for _ in range(3))
        if params["sched"] != "plateau" and rng.random() < 0.3:
            params.update(step_on_epochs=False, updates_per_epoch=rng.randint(1, 4))
    return params


NAMES = [name for name in dir(timm_scheduler) if name.endswith("LRScheduler")] + ["create_scheduler_v2"]


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, with and without scales, past the end of the schedule."""
    rng = random.Random(name)
    compared = 0
    for _ in range(ROUNDS):
        params, steps = drawn(name, rng), rng.randint(1, 200)
        lrs = [rng.choice([0.1, 3e-4, 1.25]) for _ in range(rng.choice([1, 1, 2]))]
        if rng.random() < 0.3:
            params["lr_scale"] = [rng.choice([1.0, 0.75, 0.1]) for _ in lrs]
        by_metric = name == "PlateauLRScheduler" or params.get("sched") == "plateau"
        metric = [round(rng.uniform(0.3, 1), rng.choice([1, 6])) for _ in range(steps)] if by_metric else []
        try:
            wanted = real(name, params, steps, lrs, metric)
        except (ValueError, ArithmeticError, AssertionError):
            continue
        by_step = params.get("step_on_epochs") is False
        found = lrcli_lrs(
            f"timm.{name}", {**params, "metric": metric or None}, steps, lrs, unit="steps" if by_step else "epochs"
        )
        assert_same(wanted, found, (params, lrs))
        compared += 1
    assert compared > ROUNDS // 2
