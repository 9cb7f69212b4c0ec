"""OptimizerParamScheduler against the installed megatron-core's own: random arguments, compared with `==`."""

from __future__ import annotations

from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows

megatron = pytest.importorskip("megatron.core.optimizer_param_scheduler", reason="needs megatron-core")

ROWS = 50


def real(params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rate of each update."""
    sizes, groups = params["increment"], [{} for _ in lrs]  # type: tuple[Any, list[dict[str, Any]]]
    arguments = {key: value for key, value in params.items() if key != "increment"}
    scheduler = megatron.OptimizerParamScheduler(
        SimpleNamespace(param_groups=groups),
        **arguments,
        start_wd=0.0,
        end_wd=0.0,
        wd_incr_steps=1,
        wd_incr_style="constant",
    )
    t = 0
    while True:
        yield [float(group["lr"]) for group in groups]
        scheduler.step(increment=sizes if isinstance(sizes, int) else sizes[min(t, len(sizes) - 1)])
        t += 1


def test_scheduler() -> None:
    """Every learning rate is the package's own, and what the package refuses is refused."""
    random = Random(3)
    both = Agreement()
    for _ in range(500 * SCALE):
        size = random.choice([1, 1, 4, 32])
        params: dict[str, Any] = {
            "init_lr": random.choice([0.0, 1e-6, 0.2, 0]),
            "max_lr": random.choice([0.1, 3e-4, 1.25, 1]),
            "min_lr": random.choice([0.0, 0, 3e-5, 0.2, -1.0]),
            "lr_warmup_steps": random.choice([0, 1, 7, 10.5, 30, -3]) * size,
            "lr_decay_steps": random.choice([0, 1, 10, 33, 50, 90]) * size,
            "lr_decay_style": random.choice(["linear", "cosine", "inverse-square-root", "constant", "WSD"]),
            "wsd_decay_steps": random.choice([None, 0, 5 * size, 20 * size, 60 * size]),
            "lr_wsd_decay_style": random.choice(["linear", "cosine", "exponential", "minus_sqrt", "exp"]),
            "increment": random.choice([size, [random.choice([0, size, 2 * size]) for _ in range(9)]]),
        }
        lrs = [params["max_lr"]] * random.choice([1, 2])
        both.compare("megatron.OptimizerParamScheduler", params, ROWS, lrs, partial(real, params, lrs))
    both.check(100 * SCALE)
