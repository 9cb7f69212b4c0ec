"""OptimizerParamScheduler against the installed megatron-core's own: random arguments, compared with `==`."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.spec_numbers import one_group

megatron = pytest.importorskip("megatron.core.optimizer_param_scheduler", reason="needs megatron-core")

ROWS = 50


def real(params: dict[str, Any]) -> list[float] | str:
    """The learning rate of each update, or the name of the exception."""
    sizes = params["increment"]
    group: dict[str, Any] = {}
    rates = []
    try:
        scheduler = megatron.OptimizerParamScheduler(
            SimpleNamespace(param_groups=[group]),
            **{key: value for key, value in params.items() if key != "increment"},
            start_wd=0.0,
            end_wd=0.0,
            wd_incr_steps=1,
            wd_incr_style="constant",
        )
        for t in range(ROWS):
            rates.append(float(group["lr"]))
            scheduler.step(increment=sizes if isinstance(sizes, int) else sizes[min(t, len(sizes) - 1)])
    except Exception as error:
        return type(error).__name__
    return rates


def test_scheduler() -> None:
    """Every learning rate is the package's own, and what the package refuses is refused."""
    random, compared = Random(3), 0
    for _ in range(2000):
        size = random.choice([1, 1, 4, 32])
        params = {
            "init_lr": random.choice([0.0, 1e-6, 0.2]),
            "max_lr": random.choice([0.1, 3e-4, 1.25]),
            "min_lr": random.choice([0.0, 0, 3e-5, 0.2, -1.0]),
            "lr_warmup_steps": random.choice([0, 1, 7, 10.5, 30, -3]) * size,
            "lr_decay_steps": random.choice([0, 10, 33, 50, 90]) * size,
            "lr_decay_style": random.choice(["linear", "cosine", "inverse-square-root", "constant", "WSD", "exp"]),
            "wsd_decay_steps": random.choice([None, 0, 5 * size, 20 * size, 60 * size]),
            "lr_wsd_decay_style": random.choice(["linear", "cosine", "exponential", "minus_sqrt", "exp", None]),
            "increment": random.choice([size, [random.choice([0, size, 2 * size]) for _ in range(9)]]),
        }
        want = real(params)
        have = one_group({"steps": ROWS, "schedule": {"type": "megatron.OptimizerParamScheduler", **params}})
        if isinstance(want, str):
            assert isinstance(have, str), (params, want)
        elif params["lr_decay_style"] == "exp":
            assert isinstance(have, str)  # refused at once, and not at the end of the warmup
        else:
            assert have == want, params
            compared += 1
    assert compared > 500
