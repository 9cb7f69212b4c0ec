"""The schedules of transformers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_transformers.py` in an environment that has transformers and torch.
"""

from __future__ import annotations

import logging
import random
from typing import Any

import pytest

from tests.live.frameworks import assert_same, lrcli_lrs

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
optimization = pytest.importorskip("transformers.optimization", reason="the live comparison needs transformers")

pytestmark = pytest.mark.filterwarnings("ignore")
logging.disable(logging.WARNING)

ROUNDS = 60


def optimizer_of(lrs: list[float]) -> Any:
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    return torch.optim.SGD(groups, lr=lrs[0])


def real(name: str, params: dict[str, Any], steps: int, lrs: list[float], metric: list[float]) -> list[list[float]]:
    """The learning rates of every group, update by update."""
    optimizer = optimizer_of(lrs)
    known = {key: params[key] for key in ("num_warmup_steps", "num_training_steps") if key in params}
    more = {key: value for key, value in params.items() if key not in known}
    scheduler = optimization.get_scheduler(name, optimizer, **known, scheduler_specific_kwargs=more)
    rows = []
    for t in range(steps):
        rows.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step(*metric[t : t + 1])
    return [list(column) for column in zip(*rows, strict=True)]


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule."""
    total = rng.randint(1, 120)
    params: dict[str, Any] = {}
    if name not in ("constant", "reduce_lr_on_plateau", "greedy"):
        params["num_warmup_steps"] = rng.choice([0, 1, rng.randint(0, total), rng.randint(0, 150)])
    if name not in ("constant", "constant_with_warmup", "inverse_sqrt", "reduce_lr_on_plateau", "greedy"):
        params["num_training_steps"] = total
    if name in ("cosine", "cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay"):
        params["num_cycles"] = rng.choice([0.5, 0.25, 1.5, rng.uniform(0, 4)])
    if name == "cosine_with_restarts":
        params["num_cycles"] = rng.choice([0, 1, 2, 3, 7, 1.5])
    if name in ("cosine_with_min_lr", "cosine_warmup_with_min_lr"):
        params[rng.choice(["min_lr", "min_lr_rate"])] = rng.choice([0.0, rng.uniform(0, 0.3)])
    if name == "cosine_warmup_with_min_lr" and rng.random() < 0.5:
        params["warmup_lr_rate"] = rng.random()
    if name == "polynomial":
        params["num_training_steps"] = params["num_warmup_steps"] + rng.randint(1, 100)
        params.update(power=rng.choice([1.0, 2.0, rng.uniform(0.1, 3)]), lr_end=rng.choice([0.0, 1e-7, 1e-5]))
    if name == "inverse_sqrt" and rng.random() < 0.5:
        params["timescale"] = rng.randint(1, 5000)
    if name == "warmup_stable_decay":
        params["num_decay_steps"] = rng.randint(0, 60)
        params["warmup_type"] = rng.choice(["linear", "cosine", "1-sqrt"])
        params["decay_type"] = rng.choice(["linear", "cosine", "1-sqrt"])
        params["min_lr_ratio"] = rng.choice([0, rng.random()])
        if rng.random() < 0.4:
            params["num_stable_steps"] = rng.randint(0, 60)
    if name in ("reduce_lr_on_plateau", "greedy"):
        params.update(mode=rng.choice(["min", "max"]), factor=rng.uniform(0.1, 0.99), patience=rng.randint(0, 4))
        params.update(threshold=rng.choice([1e-4, 0.0, 0.1]), threshold_mode=rng.choice(["rel", "abs"]))
        params.update(cooldown=rng.randint(0, 3), min_lr=rng.choice([0, 1e-3, 0.05]), eps=rng.choice([1e-8, 1e-3]))
    if name == "greedy":
        params.update(warmup=rng.randint(0, 3), max_lr=rng.uniform(0.1, 2), smooth=rng.random() < 0.5)
        params.update(window_size=rng.randint(1, 5), reset_start=rng.randint(1, 4))
    return params


@pytest.mark.parametrize("name", [kind.value for kind in optimization.SchedulerType])
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, past the end of the schedule."""
    rng = random.Random(name)
    for _ in range(ROUNDS):
        params, steps = drawn(name, rng), rng.randint(1, 260)
        lrs = [rng.choice([0.1, 3e-4, 1.25, rng.uniform(1e-5, 1)]) for _ in range(rng.choice([1, 1, 2]))]
        by_metric = name in ("reduce_lr_on_plateau", "greedy")
        metric = [round(rng.uniform(0.3, 1), rng.choice([1, 6])) for _ in range(steps)] if by_metric else []
        wanted = real(name, params, steps, lrs, metric)
        found = lrcli_lrs(f"transformers.{name}", {**params, "metric": metric or None}, steps, lrs)
        assert_same(wanted, found, (params, lrs))
