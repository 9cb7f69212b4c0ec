"""torchtune's, torchtitan's and Lightning Bolts' schedules against the packages: random arguments, compared with `==`.

`python -m pytest tests/live/test_live_torchtune.py` in an environment that has torch, and torchtune, torchtitan or
lightning-bolts.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of, some

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 150 * SCALE


def module(name: str) -> Any:
    return pytest.importorskip(name, reason=f"the live comparison needs {name.partition('.')[0]}")


def stepped(optimizer: Any, scheduler: Any) -> Rows:
    """The learning rates of every group, update by update."""
    while True:
        yield [float(group["lr"]) for group in optimizer.param_groups]
        optimizer.step()
        scheduler.step()


def test_torchtune() -> None:
    schedulers, rng, both = module("torchtune.training.lr_schedulers"), random.Random(1), Agreement()

    def rows(params: dict[str, Any], lrs: list[float]) -> Rows:
        optimizer = optimizer_of(torch, lrs)
        return stepped(optimizer, schedulers.get_cosine_schedule_with_warmup(optimizer, **params))

    for _ in range(ROUNDS):
        total = rng.choice([0, 1, rng.randint(1, 90), rng.uniform(1, 90)])
        params = {"num_warmup_steps": rng.choice([0, 1, total, 2.5, -1, rng.randint(0, 99)])}
        params.update(num_training_steps=total, **some(rng, num_cycles=[0.5, 0, 1, 1.5, -1, rng.random()]))
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1])] * rng.choice([1, 2])
        kind = "torchtune.get_cosine_schedule_with_warmup"
        both.compare(kind, params, rng.randint(1, 150), lrs, partial(rows, params, lrs))
    both.check(ROUNDS // 2)


def test_torchtitan() -> None:
    """`training_steps` is the run's length; past it the scheduler is stepped on."""
    container = module("torchtitan.components.optimizer.lr_scheduler").LRSchedulersContainer
    rng, both = random.Random(1), Agreement()

    def rows(params: dict[str, Any], lrs: list[float], training_steps: int) -> Rows:
        optimizer = optimizer_of(torch, lrs)
        made = container.Config(**params).build(optimizers=[optimizer], training_steps=training_steps)
        return stepped(optimizer, made)

    for _ in range(ROUNDS):
        steps = rng.randint(1, 90)
        total = rng.choice([None, steps, rng.randint(1, 99), 0])
        params = some(
            rng,
            warmup_steps=[0, 1, 2.9, rng.randint(0, 40), 200, -2],
            total_steps=[total],
            decay_ratio=[None, 0.0, 0.1, 0.95, 1.0, 2.0, rng.random()],
            decay_type=["linear", "sqrt", "cosine"],
            min_lr_factor=[0.0, 0.1, 1.0, 2.0, rng.random()],
        )
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1])] * rng.choice([1, 2])
        both.compare("torchtitan.lr_scheduler", params, steps, lrs, partial(rows, params, lrs, steps))
    both.check(ROUNDS // 3)


def test_lightning_bolts() -> None:
    schedulers, rng, both = module("pl_bolts.optimizers.lr_scheduler"), random.Random(1), Agreement()

    def rows(params: dict[str, Any], lrs: list[float]) -> Rows:
        optimizer = optimizer_of(torch, lrs)
        return stepped(optimizer, schedulers.LinearWarmupCosineAnnealingLR(optimizer, **params))

    for _ in range(ROUNDS):
        total = rng.choice([1, 2, rng.randint(1, 60), rng.randint(1, 60)])
        params = {"warmup_epochs": rng.choice([0, 1, 2, total, rng.randint(0, 20), -1]), "max_epochs": total}
        params.update(some(rng, warmup_start_lr=[0.0, 1e-5, 0.3, 0], eta_min=[0.0, 0.01, 0, 0.5]))
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1]) for _ in range(rng.choice([1, 2]))]
        kind = "lightning_bolts.LinearWarmupCosineAnnealingLR"
        both.compare(kind, params, rng.randint(1, 100), lrs, partial(rows, params, lrs))
    both.check(ROUNDS // 3)
