"""Composer's schedulers against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_composer.py` in an environment that has mosaicml and torch.
"""

from __future__ import annotations

import random
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of

torch = pytest.importorskip("torch", reason="the live comparison needs torch")
schedulers = pytest.importorskip("composer.optim.scheduler", reason="the live comparison needs mosaicml")
core = pytest.importorskip("composer.core")
pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 80 * SCALE
NAMES = [name for name in schedulers.__all__ if name.endswith("Scheduler") and not name.startswith("Composer")]


def real(name: str, params: dict[str, Any], lrs: list[float], per_epoch: int) -> Rows:
    """The learning rates of every group: a LambdaLR over the timestamp of each batch."""
    params = dict(params)
    most, ratio = core.Time.from_timestring(params.pop("max_duration")), params.pop("scale_schedule_ratio")
    optimizer = optimizer_of(torch, lrs)
    state = SimpleNamespace(
        max_duration=most, dataloader_len=per_epoch, timestamp=core.Timestamp(), optimizers=[optimizer]
    )
    scheduler = schedulers.compile_composer_scheduler(getattr(schedulers, name)(**params), state, ratio)
    t = 0
    while True:
        yield [group["lr"] for group in optimizer.param_groups]
        t += 1
        state.timestamp = core.Timestamp(batch=t, epoch=t // per_epoch, sample=t * 4)
        optimizer.step()
        scheduler.step()


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a scheduler."""

    def time(*units: str) -> str:
        unit = rng.choice(units or ("ba", "ba", "ep", "dur", "sp"))
        if unit == "dur":
            return f"{rng.choice([0.1, 0.25, 1, round(rng.random(), 3)])}dur"
        return f"{rng.randint(0 if rng.random() < 0.1 else 1, {'ba': 60, 'ep': 8, 'sp': 200}[unit])}{unit}"

    params: dict[str, Any] = {
        "max_duration": rng.choice(["60ba", "7ep", "83ba"]),
        "scale_schedule_ratio": rng.choice([1.0, 1.0, 0.5, 0.37]),
    }
    if "Step" in name:
        params["gamma"] = rng.choice([0.1, 0.5, 1.1, rng.random()])
    if name.startswith("MultiStep"):
        params["milestones"] = [time() for _ in range(rng.randint(1, 4))]
    elif name == "StepScheduler":
        params["step_size"] = time()
    elif name == "ExponentialScheduler":
        params.update(gamma=rng.uniform(0.1, 1.1), decay_period=time())
    elif "Restarts" in name:
        params.update(t_0=time(), t_mult=rng.choice([1, 1.5, 2.0, rng.uniform(0.5, 3)]), alpha_f=rng.choice([0, 0.01]))
    else:
        params["t_max"] = rng.choice(["1dur", "100ba", "9ep", time()])
    if "WithWarmup" in name:
        params.update(t_warmup=time("ba", "ep", "dur"), scale_warmup=rng.random() < 0.5)
    if name.startswith("Constant"):
        params["alpha"] = rng.choice([0.5, 1.0, rng.random()])
    if name.startswith("Linear"):
        params.update(alpha_i=rng.choice([1.0, 0.3]), alpha_f=rng.choice([0.0, 1.5, rng.random()]))
    if name.startswith(("CosineAnnealingS", "CosineAnnealingWith", "Polynomial")):
        params["alpha_f"] = rng.choice([0.0, 0.1, rng.random()])
    if name.startswith("Polynomial"):
        params["power"] = rng.choice([1.0, 2.0, 0.5])
    return params


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, one group or two, past the end of the run; what Composer refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS):
        params, steps, per_epoch = drawn(name, rng), rng.randint(1, 150), rng.randint(5, 12)
        lrs = [rng.choice([0.1, 3e-4, 1.25]) for _ in range(rng.choice([1, 1, 2]))]
        data = {"samples": 4 * per_epoch, "batch_size": 4}
        real_rows = partial(real, name, params, lrs, per_epoch)
        both.compare(f"composer.{name}", params, steps, lrs, real_rows, more={"data": data})
    both.check(ROUNDS // 6)
