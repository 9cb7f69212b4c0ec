"""The schedules of deepspeed against the installed DeepSpeed's own classes: random arguments, compared with `==`."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
lr_schedules = pytest.importorskip("deepspeed.runtime.lr_schedules", reason="needs deepspeed")

STEPS = 60


def real(kind: str, params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of the real scheduler, stepped after each update."""
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    optimizer = torch.optim.Adam(groups, lr=lrs[0])
    scheduler = getattr(lr_schedules, kind)(optimizer, **params)
    while True:
        yield [float(group["lr"]) for group in optimizer.param_groups]
        scheduler.step()


def warmup(random: Random) -> dict[str, Any]:
    """Arguments of the warmup that the three classes share."""
    steps = random.choice([0, 1, 2, 3, 7, 10, 33, 59, 60, 100, 10.0])
    return {"warmup_num_steps": steps, "warmup_type": random.choice(["log", "linear", "cosine"])}


def arguments(kind: str, random: Random) -> dict[str, Any]:
    """Random arguments of a class; each may be left out where it has a default."""
    rate = random.choice([0.1, 0.3, 1.25, 3e-4, 0.0])
    low = random.choice([0.0, 0, 0.001, 1e-5, 0.7])
    if kind == "LRRangeTest":
        found = {
            "lr_range_test_min_lr": rate,
            "lr_range_test_step_size": random.choice([1, 3, 7, 10, 0, 2.5]),
            "lr_range_test_step_rate": random.choice([1, 0.3, -0.1, 5.5]),
            "lr_range_test_staircase": random.random() < 0.5,
        }
    elif kind == "OneCycle":
        found = {
            "decay_lr_rate": random.choice([0.0, 0.5, -0.01]),
            "cycle_first_step_size": random.choice([1, 3, 10, 11.5, 30, 0]),
            "cycle_second_step_size": random.choice([0, 1, 7, 10.5, 20, -1]),
            "cycle_first_stair_count": random.choice([0, 0, 1, 3, 5]),
            "cycle_second_stair_count": random.choice([0, 2, 4]),
            "decay_step_size": random.choice([0, 5, 2.5]),
            "cycle_momentum": random.random() < 0.5,
        }
    else:
        found = warmup(random)
        if kind == "WarmupCosineLR":
            found["warmup_min_ratio"] = random.choice([0.0, 0.1, 1, 2.0])
            found["cos_min_ratio"] = random.choice([0.0, 0.1, 1.5, -0.2])
        else:
            found["warmup_min_lr"], found["warmup_max_lr"] = low, rate
    found = {key: value for key, value in found.items() if random.random() < 0.8}
    if kind == "OneCycle":
        found |= {"cycle_min_lr": low, "cycle_max_lr": rate}
    if kind in ("WarmupDecayLR", "WarmupCosineLR"):
        found["total_num_steps"] = random.choice([5, 20, 50, 60, 61, 33.5, 0])
    return found


@pytest.mark.parametrize("kind", ["LRRangeTest", "OneCycle", "WarmupLR", "WarmupDecayLR", "WarmupCosineLR"])
def test_schedule(kind: str) -> None:
    """Every learning rate is the package's own, and what the package refuses is refused."""
    random, both = Random(kind), Agreement()
    for _ in range(200 * SCALE):
        params = arguments(kind, random)
        lrs = [random.choice([0.1, 1.25, 3e-4, 1]) for _ in range(random.choice([1, 1, 2]))]
        for key in ("warmup_min_lr", "warmup_max_lr", "cycle_min_lr", "cycle_max_lr", "lr_range_test_min_lr"):
            if key in params and random.random() < 0.2:
                params[key] = [random.choice([0.1, 0.001]) for _ in range(len(lrs) + random.choice([0, 0, 1]))]
        both.compare(f"deepspeed.{kind}", params, STEPS, lrs, partial(real, kind, params, lrs))
    both.check(50 * SCALE)
