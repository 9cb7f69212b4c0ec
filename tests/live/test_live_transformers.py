"""The schedules of transformers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_transformers.py` in an environment that has transformers and torch.
"""

from __future__ import annotations

import logging
import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of, some

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
optimization = pytest.importorskip("transformers.optimization", reason="the live comparison needs transformers")

pytestmark = pytest.mark.filterwarnings("ignore")
logging.disable(logging.WARNING)

ROUNDS = 60 * SCALE
BY_METRIC = ("reduce_lr_on_plateau", "greedy")


def real(name: str, params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of every group, update by update."""
    optimizer = optimizer_of(torch, lrs)
    params = dict(params)
    metric = iter(params.pop("metric", ()))
    known = {key: params.pop(key) for key in ("num_warmup_steps", "num_training_steps") if key in params}
    scheduler = optimization.get_scheduler(name, optimizer, **known, scheduler_specific_kwargs=params)
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        if name in BY_METRIC:
            scheduler.step(next(metric, 0.0))
        else:
            scheduler.step()


def drawn(name: str, steps: int, lrs: list[float], rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule: ordinary ones, and those at the edges of what has a meaning."""
    total = rng.choice([0, 1, 2, rng.randint(1, 120), rng.randint(1, 120), rng.uniform(1, 90), -3])
    rest = total + rng.choice([0, 1, 5])
    warmup = rng.choice([0, 1, total, rest, rng.randint(0, 30), rng.randint(0, 150), 2.5, -2])
    params: dict[str, Any] = {}
    if name not in ("constant", *BY_METRIC):
        params["num_warmup_steps"] = warmup
    if name not in ("constant", "constant_with_warmup", "inverse_sqrt", "warmup_stable_decay", *BY_METRIC):
        params["num_training_steps"] = total
    if name in ("cosine", "cosine_with_min_lr", "cosine_warmup_with_min_lr", "warmup_stable_decay"):
        params.update(some(rng, num_cycles=[0.5, 0.25, 1.5, 1, 0, -1, rng.uniform(0, 4)]))
    if name == "cosine_with_restarts":
        params.update(some(rng, num_cycles=[0, 1, 2, 3, 7, 1.5, -1]))
    if name in ("cosine_with_min_lr", "cosine_warmup_with_min_lr"):
        lows = [0.0, 0, 1, rng.uniform(0, 0.3), 2.0, -0.1]
        params.update(some(rng, **{rng.choice(["min_lr", "min_lr_rate"]): lows}))
        if rng.random() < 0.05:
            params.update(min_lr=0.1, min_lr_rate=0.1)
    if name == "cosine_warmup_with_min_lr":
        params.update(some(rng, warmup_lr_rate=[None, 0, 0.0, 1, 2.5, rng.random()]))
    if name == "polynomial":
        lr = lrs[0]
        params.update(some(rng, power=[1, 1.0, 2, 0, -1.0, 0.5, rng.uniform(0.1, 3)]))
        params.update(some(rng, lr_end=[0, 0.0, 1e-7, 1e-5, lr, lr * 2, -0.01]))
    if name == "inverse_sqrt":
        params.update(some(rng, timescale=[None, None, 0, 1, 100, rng.randint(1, 5000), 33.3, -5]))
    if name == "warmup_stable_decay":
        params["num_decay_steps"] = rng.choice([0, 1, rng.randint(0, 60), 7.5, -1])
        params.update(some(rng, num_training_steps=[total, total, rest]))
        params.update(some(rng, warmup_type=["linear", "cosine", "1-sqrt"], decay_type=["linear", "cosine", "1-sqrt"]))
        params.update(some(rng, min_lr_ratio=[0, 0.0, 1, 2.0, rng.random()]))
        params.update(some(rng, num_stable_steps=[None, None, 0, rng.randint(0, 60), 9.5]))
        if "num_training_steps" not in params and "num_stable_steps" not in params:
            params["num_training_steps"] = total  # left out it is the run
    if name in BY_METRIC:
        length = steps
        params.update(
            some(
                rng,
                mode=["min", "max"],
                factor=[0.5, 0.95, 0.1, 1.0, 1.5, rng.uniform(0.1, 0.99)],
                patience=[0, 1, rng.randint(0, 4)],
                threshold=[1e-4, 0.0, 0.1, 0],
                threshold_mode=["rel", "abs"],
                cooldown=[0, 1, rng.randint(0, 3)],
                min_lr=[0, 1e-3, 0.05, [0.01] * len(lrs), [0.01, 0.02, 0.03]],
                eps=[1e-8, 1e-3, 0],
            )
        )
        params["metric"] = [round(rng.uniform(0.3, 1), rng.choice([1, 6])) for _ in range(length)]
        if rng.random() < 0.1:
            params["metric"][rng.randrange(length)] = rng.choice([-1.0, 0.0, 1e9])
    if name == "greedy":
        params.update(
            some(
                rng,
                warmup=[0, rng.randint(0, 3)],
                max_lr=[rng.uniform(0.1, 2), [1.0] * len(lrs), [1.0, 2.0, 3.0]],
                smooth=[True, False],
                window_size=[0, 1, rng.randint(1, 5)],
                reset_start=[0, 1, rng.randint(1, 4)],
            )
        )
    return params


@pytest.mark.parametrize("name", [kind.value for kind in optimization.SchedulerType])
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, past the end of the schedule; what transformers refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        steps = rng.randint(1, 260)
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1, rng.uniform(1e-5, 1)]) for _ in range(rng.choice([1, 1, 2]))]
        params = drawn(name, steps, lrs, rng)
        both.compare(f"transformers.{name}", params, steps, lrs, partial(real, name, params, lrs))
    both.check(ROUNDS // 4)
