"""timm's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_timm.py` in an environment that has timm (torchvision is not needed) and torch.
"""

from __future__ import annotations

import importlib
import importlib.util
import random
import sys
import types
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of, some

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
        package.__path__, package.__spec__ = list(found.submodule_search_locations), found
        sys.modules["timm"] = package
        return importlib.import_module("timm.scheduler")


timm_scheduler = imported()
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 80 * SCALE


def real(name: str, params: dict[str, Any], lrs: list[float], by_step: bool) -> Rows:
    """The learning rates of every group, as timm's train.py steps the scheduler."""
    params = dict(params)
    optimizer = optimizer_of(torch, lrs)
    for group, scale in zip(optimizer.param_groups, params.pop("lr_scale", ()), strict=False):
        group["lr_scale"] = scale
    metric = iter(params.pop("metric", ()))
    made = getattr(timm_scheduler, name)(optimizer, **params)
    scheduler = made[0] if isinstance(made, tuple) else made
    t = 0
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        t += 1
        if scheduler is None:
            continue
        if by_step:
            scheduler.step_update(t)
        else:
            scheduler.step(t, next(metric, None))


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a scheduler: ordinary ones, and those at the edges of what has a meaning."""
    total = rng.choice([1, 2, rng.randint(1, 60), rng.randint(1, 90), rng.uniform(1, 60), 0, -1])
    warmup = {"warmup_t": [0, 1, rng.randint(0, 30), total, 2.5, -1], "warmup_lr_init": [0.0, 0, 1e-5, 0.2, -0.01]}
    params = some(rng, **warmup)
    low = [0.0, 0, 1e-5, 0.01, 0.3, -1e-3]
    cycles: dict[str, list[Any]] = {
        "lr_min": low,
        "cycle_mul": [1.0, 1, 2.0, 1.5, 3, 0.5, rng.uniform(0.9, 3)],
        "cycle_decay": [1.0, 0.5, rng.random(), 2, 0],
        "cycle_limit": [1, 2, rng.randint(1, 6), 0],
        "warmup_prefix": [True, False],
    }
    if name in ("CosineLRScheduler", "TanhLRScheduler", "PolyLRScheduler"):
        params.update(some(rng, **cycles), t_initial=total)
    if name in ("CosineLRScheduler", "PolyLRScheduler"):
        params.update(some(rng, k_decay=[1.0, 0.5, 2, rng.uniform(0.2, 3), 0]))
    if name == "PolyLRScheduler":
        params.update(some(rng, power=[0.5, 0.9, 2, 2.0, 0, -1.0]))
    if name == "TanhLRScheduler":
        params.update(some(rng, lb=[-7.0, -6, rng.uniform(-9, 0), 3], ub=[3.0, 4, rng.uniform(0.1, 5)]))
    if name == "StepLRScheduler":
        params["decay_t"] = rng.choice([0, 1, rng.randint(1, 20), rng.uniform(0.5, 9), 30.0, -3])
    if name == "MultiStepLRScheduler":
        params["decay_t"] = [rng.randint(0, 90) for _ in range(rng.randint(0, 5))]
        if rng.random() < 0.8:
            params["decay_t"].sort()
    if name in ("StepLRScheduler", "MultiStepLRScheduler"):
        params.update(some(rng, decay_rate=[1.0, 0.1, 0, rng.uniform(0.1, 1.1)], warmup_prefix=[True, False]))
    if name == "WSDLRScheduler":
        params.update(t_initial=total, decay_t=rng.choice([total, rng.randint(0, 60), rng.uniform(0, 10)]))
        params.update(some(rng, lr_min=low, stable_fn=[*["constant", "rsqrt", "power"] * 4, "no"]))
        params.update(some(rng, stable_timescale=[None, 20, 0, rng.uniform(1, 50)], stable_power=[0.7, 0.1, 2]))
        params.update(some(rng, decay_fn=[*["linear", "1-sqrt", "cosine", "power", "exp"] * 3, "sqrt"]))
        params.update(some(rng, decay_power=[0.5, 2, rng.uniform(0, 3)], decay_ratio=[0.1, 1.0, rng.random()]))
    if name == "PlateauLRScheduler":
        params.update(some(rng, decay_rate=[0.1, 0.5, 1.0, rng.random()], patience_t=[0, 1, 4], cooldown_t=[0, 1, 3]))
        params.update(some(rng, mode=["min", "max"], threshold=[1e-4, 0.1, 0], lr_min=low))
    if name != "create_scheduler_v2":
        return params
    lengths = [rng.randint(1, 90), rng.randint(20, 60), 10, 0]
    return some(
        rng,
        sched=["cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "plateau", "none", "no"],
        num_epochs=[*lengths, 30.0],
        decay_epochs=[None, rng.randint(1, 15), rng.uniform(0.1, 0.9), 2.4, 0],
        decay_milestones=[None, sorted(rng.randint(1, 60) for _ in range(3)), [30, 10], []],
        cooldown_epochs=[0, 5, rng.randint(0, 9)],
        patience_epochs=[0, 1, 3],
        decay_rate=[0.1, 0.5, 1.0, 2, rng.random()],
        min_lr=low,
        warmup_lr=[0.0, 1e-5, 0.2, 0],
        warmup_epochs=[0, 1, 5, rng.randint(0, 20), 2.5],
        warmup_prefix=[True, False],
        cycle_mul=[1.0, 2, 1.5],
        cycle_decay=[0.1, 0.5, 1.0],
        cycle_limit=[1, 2, 3],
        k_decay=[1.0, 0.7, 2],
        plateau_mode=["max", "min"],
        step_on_epochs=[None, None, True, False],
        updates_per_epoch=[None, 0, 1, 4, 10],
    )


NAMES = [name for name in dir(timm_scheduler) if name.endswith("LRScheduler")] + ["create_scheduler_v2"]


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, with and without scales, past the end; what timm refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        params, steps = drawn(name, rng), rng.randint(1, 200)
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1]) for _ in range(rng.choice([1, 1, 2]))]
        if rng.random() < 0.3:
            params["lr_scale"] = [rng.choice([1.0, 0.75, 0.1]) for _ in lrs]
        by_step = params.get("step_on_epochs") is False
        if name not in ("PlateauLRScheduler", "create_scheduler_v2") and rng.random() < 0.3:
            by_step, params["t_in_epochs"] = True, False
        if name == "PlateauLRScheduler" or params.get("sched") == "plateau":
            params["metric"] = [round(rng.uniform(0.3, 1), rng.choice([1, 6])) for _ in range(steps)]
        unit = "steps" if by_step else "epochs"
        both.compare(f"timm.{name}", params, steps, lrs, partial(real, name, params, lrs, by_step), unit)
    both.check(ROUNDS // 6)
