"""diffusers' get_scheduler against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_diffusers.py` in an environment that has diffusers and torch.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of, some

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
optimization = pytest.importorskip("diffusers.optimization", reason="the live comparison needs diffusers")

pytestmark = pytest.mark.filterwarnings("ignore")


ROUNDS = 60 * SCALE


def real(name: str, params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of every group, update by update."""
    optimizer = optimizer_of(torch, lrs)
    scheduler = optimization.get_scheduler(name, optimizer, **params)
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        scheduler.step()


def rules(rng: random.Random) -> str:
    """A text of rules, in order or not; now and then one that is none."""
    steps = sorted(rng.sample(range(80), rng.randint(0, 4)), reverse=rng.random() < 0.2)
    parts = [f"{rng.choice(['1', '0.5', f'{rng.random():.3f}', '1e-2'])}:{step}" for step in steps]
    return ",".join([*parts, rng.choice(["0.1", "1", " 0.01", "0.1:90", "x"] if rng.random() < 0.3 else ["0.1"])])


@pytest.mark.parametrize("name", [kind.value for kind in optimization.SchedulerType])
def test_same_numbers(name: str) -> None:
    """Random arguments, used and unused ones, one group or two; what diffusers refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        total = rng.choice([0, 1, 2, rng.randint(1, 120), rng.uniform(1, 90)])
        params: dict[str, Any] = {"num_warmup_steps": rng.choice([0, 1, total, rng.randint(0, 130), 2.5])}
        params["num_training_steps"] = total
        params.update(some(rng, num_cycles=[1, 2, 5, 0], power=[1.0, 0.5, 2, 0, -1.0]))
        if name == "piecewise_constant":
            params["step_rules"] = rules(rng)
        lrs = [rng.choice([0.1, 3e-4, 1.25, 1, 1e-8]) for _ in range(rng.choice([1, 2]))]
        both.compare(f"diffusers.{name}", params, rng.randint(1, 150), lrs, partial(real, name, params, lrs))
    both.check(ROUNDS // 4)
