"""pytorch_warmup over PyTorch's schedulers against the installed package, compared with `==`.

`python -m pytest tests/live/test_live_pytorch_warmup.py` in an environment that has pytorch_warmup and torch.
"""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
warmups = pytest.importorskip("pytorch_warmup", reason="the live comparison needs pytorch_warmup")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 40 * SCALE
NAMES = ("LinearWarmup", "ExponentialWarmup", "UntunedLinearWarmup", "UntunedExponentialWarmup", "RAdamWarmup")


def inner_of(rng: random.Random) -> dict[str, Any] | None:
    """A scheduler of PyTorch, with random arguments."""
    return rng.choice(
        [
            None,
            {"type": "CosineAnnealingLR", "T_max": rng.randint(1, 60), "eta_min": rng.choice([0, 0.01])},
            {"type": "StepLR", "step_size": rng.randint(1, 20), "gamma": rng.random()},
            {"type": "OneCycleLR", "max_lr": 0.5, "total_steps": rng.randint(60, 130), "cycle_momentum": False},
            {"type": "CyclicLR", "base_lr": 0.01, "max_lr": 0.2, "step_size_up": 7, "cycle_momentum": False},
            {"type": "MultiStepLR", "milestones": [5, 20], "gamma": 0.3},
            {"type": "ExponentialLR", "gamma": rng.uniform(0.8, 1)},
            {"type": "LinearLR", "start_factor": 0.25, "total_iters": rng.randint(1, 20)},
            {"type": "PolynomialLR", "total_iters": rng.randint(1, 60), "power": 1.5},
            {"type": "CosineAnnealingWarmRestarts", "T_0": rng.randint(1, 20), "T_mult": rng.randint(1, 2)},
        ]
    )


def real(name: str, params: dict[str, Any], lrs: list[float]) -> Rows:
    """The learning rates of every group, each scheduler stepped after each update."""
    params = dict(params)
    inner, betas = params.pop("lr_scheduler"), params.pop("betas", (0.9, 0.999))
    groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
    optimizer = torch.optim.AdamW(groups, lr=lrs[0], betas=betas)
    scheduler = None
    if inner:
        inner = dict(inner)
        scheduler = getattr(torch.optim.lr_scheduler, inner.pop("type"))(optimizer, **inner)
    warmup = getattr(warmups, name)(optimizer, **params)
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        optimizer.step()
        with warmup.dampening():
            if scheduler is not None:
                scheduler.step()


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two; what pytorch_warmup refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        steps, lrs = rng.randint(1, 160), [rng.choice([0.1, 3e-4, 1]) for _ in range(rng.choice([1, 2]))]
        params: dict[str, Any] = {"lr_scheduler": inner_of(rng)}
        if "Untuned" in name or "RAdam" in name:
            params["betas"] = [0.9, rng.choice([0.999, 0.99, 0.5, rng.random(), 0.9999, 0.6, 0.0])]
        elif rng.random() < 0.3:
            params["warmup_period"] = [rng.randint(0 if rng.random() < 0.1 else 1, 30) for _ in lrs]
        else:
            params["warmup_period"] = rng.choice([rng.randint(0, 30), 1, 10, 2.5, [3, 4, 5]])
        both.compare(f"pytorch_warmup.{name}", params, steps, lrs, partial(real, name, params, lrs))
    both.check(ROUNDS // 3)
