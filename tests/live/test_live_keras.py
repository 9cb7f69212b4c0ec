"""Keras's schedules and callbacks against the installed package on jax, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_keras.py` in an environment that has keras and jax, on glibc before 2.41.
"""

from __future__ import annotations

import os
import random
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, has_newer_libm, lrcli_lrs, some

os.environ.setdefault("KERAS_BACKEND", "jax")
keras = pytest.importorskip("keras", reason="the live comparison needs keras")
if keras.backend.backend() != "jax":
    pytest.skip("the live comparison needs keras on jax", allow_module_level=True)

if has_newer_libm():
    pytest.skip("singles are compared on glibc before 2.41", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 12 * SCALE


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule: ordinary ones, and those at the edges of what has a meaning."""
    lr = rng.choice([0.1, 3e-4, 1.25, rng.random(), rng.random(), 1, 0.0])
    steps = rng.choice([rng.randint(1, 60), rng.randint(1, 60), rng.randint(1, 2000), 1, rng.uniform(1, 40), 0, -1])
    if name == "PiecewiseConstantDecay":
        n = rng.randint(1, 4)
        boundaries: list[Any] = [rng.randint(0, 60) for _ in range(n)]
        if rng.random() < 0.8:
            boundaries.sort()
        values = [0.1, 0.3, rng.random(), *([1] if rng.random() < 0.1 else [])]
        return {"boundaries": boundaries, "values": [rng.choice(values) for _ in range(n + rng.choice([1] * 9 + [0]))]}
    params: dict[str, Any] = {"initial_learning_rate": lr}
    if name in ("ExponentialDecay", "InverseTimeDecay"):
        params.update(decay_steps=steps, decay_rate=rng.choice([0.5, 0.96, rng.random(), 1.5, 0.0, 1, 2]))
        params.update(some(rng, staircase=[True, False]))
    elif name == "PolynomialDecay":
        params.update(decay_steps=steps)
        params.update(some(rng, end_learning_rate=[0.0, 1e-4, 0.01, 2.0], cycle=[True, False]))
        params.update(some(rng, power=[1.0, 1, 2, 2.0, 0.5, 0, rng.uniform(0.2, 3)]))
    elif name == "CosineDecay":
        params.update(decay_steps=steps, **some(rng, alpha=[0.0, 0.1, rng.random(), 1, 2.0]))
        if rng.random() < 0.2:
            params.update(initial_learning_rate=rng.choice([0.0, 1e-4]), warmup_target=lr)
        params.update(some(rng, warmup_steps=[0, rng.randint(0, 8), 2.5]))
    else:
        params.update(first_decay_steps=rng.choice([rng.randint(1, 5), 1, 2.5, rng.uniform(1, 4), 20, 0]))
        params.update(some(rng, t_mul=[1.0, 1, 2.0, 2, 3.0, 1.5, 0.5, rng.uniform(1.1, 4)]))
        params.update(some(rng, m_mul=[1.0, 0.5, rng.random(), 1, 2], alpha=[0.0, 0.05, rng.random()]))
    return params


NAMES = (
    "ExponentialDecay",
    "InverseTimeDecay",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "CosineDecay",
    "CosineDecayRestarts",
)


def rows(build: Any) -> Rows:
    """The learning rates, called eagerly with a Python int."""
    schedule, t = build(), 0
    while True:
        yield [float(schedule(t))]
        t += 1


@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str) -> None:
    """Random arguments, past the end of the schedule; what Keras refuses is refused."""
    rng, both = random.Random(name), Agreement()
    for _ in range(ROUNDS // 3 if name == "CosineDecayRestarts" else ROUNDS):
        params = drawn(name, rng)
        # keras compiles ops.cond again at each call, which takes a third of a second
        steps = 12 if "warmup_target" in params or name == "CosineDecayRestarts" else rng.randint(1, 120)
        real = partial(rows, partial(getattr(keras.optimizers.schedules, name), **params))
        both.compare(f"keras.{name}", params, steps, [0.1], real)
    both.check(ROUNDS // 6)


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
        assert [wanted] == found, params
