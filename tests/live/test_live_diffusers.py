"""diffusers' get_scheduler against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_diffusers.py` in an environment that has diffusers and torch.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.live.frameworks import assert_same, lrcli_lrs

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
optimization = pytest.importorskip("diffusers.optimization", reason="the live comparison needs diffusers")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("name", [kind.value for kind in optimization.SchedulerType])
def test_same_numbers(name: str) -> None:
    """Random arguments, used and unused ones, one group or two."""
    rng = random.Random(name)
    for _ in range(60):
        total = rng.randint(1, 120)
        params: dict[str, Any] = {"num_warmup_steps": rng.randint(0, total), "num_training_steps": total}
        if name == "polynomial":
            params["num_training_steps"] += 1 + params["num_warmup_steps"]
        params.update(num_cycles=rng.choice([1, 2, 5]), power=rng.choice([1.0, 0.5, 2.0]))
        if name == "piecewise_constant":
            steps = sorted(rng.sample(range(1, 80), 3))
            params["step_rules"] = ",".join(f"{rng.random():.3f}:{step}" for step in steps) + f",{rng.random():.3f}"
        lrs = [rng.choice([0.1, 3e-4, 1.25]) for _ in range(rng.choice([1, 2]))]
        groups = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in lrs]
        optimizer = torch.optim.SGD(groups, lr=lrs[0])
        scheduler = optimization.get_scheduler(name, optimizer, **params)
        rows = []
        for _ in range(150):
            rows.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            scheduler.step()
        found = lrcli_lrs(f"diffusers.{name}", params, 150, lrs)
        assert_same([list(column) for column in zip(*rows, strict=True)], found, params)
