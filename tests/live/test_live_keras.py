"""Keras's schedules and callbacks against the installed package on jax, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_keras.py` in an environment that has keras and jax, on glibc before 2.41.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest

from tests.live.frameworks import assert_same, has_newer_libm, lrcli_lrs

os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", reason="the live comparison needs keras")
if keras.backend.backend() != "jax":
    pytest.skip("the live comparison needs keras on jax", allow_module_level=True)

if has_newer_libm():
    pytest.skip("singles are compared on glibc before 2.41", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 12


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule."""
    lr = rng.choice([0.1, 3e-4, 1.25, rng.random()])
    steps = rng.choice([rng.randint(1, 60), rng.randint(1, 2000)])
    if name == "PiecewiseConstantDecay":
        n = rng.randint(1, 4)
        return {
            "boundaries": sorted(rng.randint(0, 60) for _ in range(n)),
            "values": [rng.choice([0.1, 0.3, rng.random()]) for _ in range(n + 1)],
        }
    params: dict[str, Any] = {"initial_learning_rate": lr}
    if name in ("ExponentialDecay", "InverseTimeDecay"):
        params.update(decay_steps=steps, decay_rate=rng.choice([0.5, 0.96, rng.random()]), staircase=rng.random() < 0.5)
    elif name == "PolynomialDecay":
        params.update(decay_steps=steps, end_learning_rate=rng.choice([0.0, 1e-4, 0.01]), cycle=rng.random() < 0.5)
        params["power"] = rng.choice([1.0, 2.0, 0.5, rng.uniform(0.2, 3)])
    elif name == "CosineDecay":
        params.update(decay_steps=steps, alpha=rng.choice([0.0, 0.1, rng.random()]))
        if rng.random() < 0.3:
            params.update(initial_learning_rate=0.0, warmup_target=lr, warmup_steps=rng.randint(0, 40))
    else:
        params.update(first_decay_steps=rng.randint(1, 40), t_mul=rng.choice([1.0, 2.0, 3.0, rng.uniform(1.1, 4)]))
        params.update(m_mul=rng.choice([1.0, 0.5, rng.random()]), alpha=rng.choice([0.0, 0.05, rng.random()]))
    return params


NAMES = (
    "ExponentialDecay",
    "InverseTimeDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "CosineDecay",
    "CosineDecayRestarts",
)


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, past the end of the schedule, called eagerly with a Python int."""
    rng = random.Random(name)
    for _ in range(ROUNDS):
        params = drawn(name, rng)
        schedule = getattr(keras.optimizers.schedules, name)(**params)
        rows = 25 if name == "CosineDecay" and "warmup_target" in params else 100
        wanted = [float(schedule(t)) for t in range(rows)]
        found = lrcli_lrs(f"keras.{name}", params, rows, [params.get("initial_learning_rate", 0.1) or 0.1])
        assert_same([wanted], found, params)


def test_plateau() -> None:
    """The callback on a model whose metric is given."""
    rng = random.Random(1)
    for _ in range(30):
        params = {
            "factor": rng.uniform(0.1, 0.9),
            "patience": rng.randint(0, 4),
            "mode": rng.choice(["auto", "min", "max"]),
            "min_delta": rng.choice([1e-4, 0.0, 0.1]),
            "cooldown": rng.randint(0, 3),
            "min_lr": rng.choice([0.0, 1e-3, 0.05]),
        }
        metric = [round(rng.uniform(0.3, 1), rng.choice([1, 6])) for _ in range(60)]
        callback = keras.callbacks.ReduceLROnPlateau(**params)
        model = keras.Sequential([keras.layers.Dense(1)])
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
        callback.set_model(model)
        callback.on_train_begin()
        wanted = []
        for t, value in enumerate(metric):
            wanted.append(float(model.optimizer.learning_rate))
            callback.on_epoch_end(t, {"val_loss": value})
        found = lrcli_lrs("keras.ReduceLROnPlateau", {**params, "metric": metric}, len(metric), [0.1], "epochs")
        assert_same([wanted], found, params)
