"""NeMo's policies against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_nemo.py` in an environment that has nemo_toolkit and torch.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
policies = pytest.importorskip("nemo.core.optim.lr_scheduler", reason="the live comparison needs nemo_toolkit")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 120 * SCALE
NAMES = [name for name in policies.AVAILABLE_SCHEDULERS if hasattr(policies, name)]
HELD = ("WarmupHold", "NoamHold", "PolynomialHold")


def real(name: str, params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of every group, stepped after each update."""
    optimizer = optimizer_of(torch, lrs)
    scheduler = getattr(policies, name)(optimizer, **params)
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        scheduler.step()


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a policy."""

    def some(word: str, most: int) -> dict[str, Any]:
        choice = rng.choice(["none", "steps", "ratio"])
        if choice == "none":
            return {}
        steps, ratios = [0, 1, rng.randint(0, most), 2 * most], [0.1, rng.random() / 2]
        return {f"{word}_{choice}": rng.choice(steps if choice == "steps" else ratios)}

    params: dict[str, Any] = {
        "max_steps": rng.choice([1, 2, rng.randint(1, 90), rng.randint(1, 90), 0]),
        "min_lr": rng.choice([0.0, 1e-6, 0.01, 0.2]),
    }
    if name.startswith("T5"):
        return {**params, "constant_steps": rng.randint(0, 30)}
    params.update(some("warmup", 30))
    if name.startswith(HELD):
        params.update(some("hold", 30))
    if name == "CosineAnnealing":
        params.update(some("constant", 30))
    if name.startswith("Polynomial"):
        params.update(power=rng.choice([1.0, 2, 0.5, 0]), cycle=rng.random() < 0.5)
    if name == "NoamAnnealing":
        params["d_model"] = rng.choice([176, 512, 1024])
    if name == "NoamHoldAnnealing":
        params["decay_rate"] = rng.choice([0.5, 1.0, rng.random()])
    return params


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, past the end; what NeMo refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        params, steps = drawn(name, rng), rng.randint(1, 120)
        lrs = [rng.choice([0.1, 3e-4, 1.25]) for _ in range(rng.choice([1, 1, 2]))]
        both.compare(f"nemo.{name}", params, steps, lrs, partial(real, name, params, lrs))
    both.check(ROUNDS // 6)
