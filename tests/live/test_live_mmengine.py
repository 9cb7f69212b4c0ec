"""`mmengine.param_scheduler` against the installed mmengine's schedulers: random lists, compared with `==`."""

from __future__ import annotations

import logging
import warnings
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, optimizer_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    torch = pytest.importorskip("torch", reason="the live comparison needs torch")
    scheduler_module = pytest.importorskip("mmengine.optim.scheduler", reason="needs mmengine")
    registry = pytest.importorskip("mmengine.registry")

pytestmark = pytest.mark.filterwarnings("ignore")
EPOCH = 5
EPOCHS = 12


def real(entries: list[dict[str, Any]], lrs: list[float], by_step: bool) -> Rows:
    """The learning rates of each group in each row of a training loop."""
    optimizer = optimizer_of(torch, lrs)
    schedulers = [
        registry.PARAM_SCHEDULERS.build(dict(entry), default_args={"optimizer": optimizer, "epoch_length": EPOCH})
        for entry in entries
    ]
    t = 0
    while True:
        if by_step or t % EPOCH == 0:
            yield [float(group["lr"]) for group in optimizer.param_groups]
        for one in schedulers:
            if not one.by_epoch:
                one.step()
        if t % EPOCH == EPOCH - 1:
            for one in schedulers:
                if one.by_epoch:
                    one.step()
        t += 1


def entry(random: Random, clock: int) -> dict[str, Any]:
    """A random entry for a clock of so many steps."""
    kind = random.choice(
        ["StepLR", "MultiStepLR", "ConstantLR", "ExponentialLR", "LinearLR", "CosineAnnealingLR", "PolyLR",
         "OneCycleLR", "CosineRestartLR"]
    )  # fmt: skip
    begin = random.choice([0, 0, 0, 1, 3, clock // 2])
    keys: dict[str, Any] = {"type": kind, "begin": begin, "end": begin + random.choice([1, 2, 5, clock // 2, clock])}
    own: dict[str, Any] = {
        "StepLR": {"step_size": random.choice([1, 3, 4, 2.5]), "gamma": random.choice([0.1, 0.7, 0])},
        "MultiStepLR": {"milestones": random.choice([[2, 2, 5], [5, 2], []]), "gamma": random.choice([0.1, 0.3, 2])},
        "ConstantLR": {"factor": random.choice([0.5, 1 / 3, 1.0, 0.0, 1.5])},
        "ExponentialLR": {"gamma": random.choice([0.9, 0.5, 1.1])},
        "LinearLR": {
            "start_factor": random.choice([0.001, 1 / 3, 1.0, 0.0, 1, 1.5, -0.1]),
            "end_factor": random.choice([1.0, 0.5, 0.0, 1.5]),
        },
        "CosineAnnealingLR": random.choice(
            [{"T_max": 4}, {"T_max": 1}, {"T_max": 2.5}, {},
             {"eta_min": 0.01}, {"T_max": 7, "eta_min_ratio": 0.1}, {"eta_min": 0.1, "eta_min_ratio": 1}]
        ),
        "PolyLR": {"power": random.choice([0.9, 1, 2.0, 0]), "eta_min": random.choice([0, 1e-3])},
        "OneCycleLR": random.choice(
            [{"eta_max": 0.3, "total_steps": clock}, {"eta_max": 0.2, "anneal_strategy": "linear"},
             {"eta_max": 0.5, "total_steps": 7, "three_phase": True, "pct_start": 0.4}]
        ),
        "CosineRestartLR": random.choice(
            [{"periods": [3, 4], "restart_weights": [1, 0.5], "eta_min": 0.001},
             {"periods": [2, 0, 5], "restart_weights": [1, 1, 0.3], "eta_min_ratio": 0.05}, {"periods": [5]},
             {"periods": [5], "eta_min": 0}, {"periods": [5, 3], "restart_weights": [1], "eta_min": 0.0}]
        ),
    }  # fmt: skip
    for key in ("end", "begin"):
        if random.random() < 0.2:
            del keys[key]
    return {**keys, **own[kind]}


@pytest.mark.parametrize("clock", ["epoch", "step", "converted", "mixed", "sampled"])
def test_list(clock: str) -> None:
    """Every learning rate is the package's own, and what the package refuses is refused."""
    logging.disable(logging.CRITICAL)
    random, both = Random(clock), Agreement()
    by_step = clock in ("step", "converted", "mixed")
    for _ in range(150 * SCALE):
        entries = []
        for _ in range(random.choice([1, 1, 2, 3])):
            iterations = clock in ("step", "sampled") or (clock == "mixed" and random.random() < 0.5)
            one = entry(random, EPOCH * EPOCHS if iterations else EPOCHS)
            if iterations:
                one["by_epoch"] = False
            elif clock in ("converted", "mixed") and random.random() < 0.7:
                one["convert_to_iter_based"] = True
            entries.append(one)
        lrs = random.choice([[0.1], [1.25, 3e-4]])
        unit, rows = ("steps", EPOCH * EPOCHS) if by_step else ("epochs", EPOCHS)
        more = {"steps_per_epoch": EPOCH}
        kind, params = "mmengine.param_scheduler", {"schedulers": entries}
        both.compare(kind, params, rows, lrs, partial(real, entries, lrs, by_step), unit, more)
    both.check(40 * SCALE)
