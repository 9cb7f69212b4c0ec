"""optax's schedules against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_optax.py` in an environment that has optax, on a CPU with glibc before 2.41.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.live.frameworks import assert_same, has_newer_libm, lrcli_lrs

jax = pytest.importorskip("jax", reason="the live comparison needs jax")
optax = pytest.importorskip("optax", reason="the live comparison needs optax")

if has_newer_libm():
    pytest.skip("singles are compared on glibc before 2.41", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 12
ROWS = 90


def rate(rng: random.Random) -> float:
    return rng.choice([0.1, 3e-4, 1.25, rng.random()])


def warmup_cosine(rng: random.Random) -> dict[str, Any]:
    warmup = rng.randint(0, 30)
    return {
        "init_value": rng.choice([0.0, 1e-4, rate(rng)]),
        "peak_value": rate(rng),
        "warmup_steps": warmup,
        "decay_steps": warmup + rng.randint(1, 80),
        "end_value": rng.choice([0.0, 0.01]),
        "exponent": rng.choice([1.0, 2.0, 0.7]),
    }


def decay(rng: random.Random) -> dict[str, Any]:
    more = {"end_value": rng.choice([0.005, 0.5])} if rng.random() < 0.5 else {}
    return {
        "transition_steps": rng.randint(1, 40),
        "decay_rate": rng.choice([0.5, 0.96, 1.3, rng.random()]),
        "transition_begin": rng.choice([0, rng.randint(0, 20)]),
        "staircase": rng.random() < 0.5,
        **more,
    }


def pieces(rng: random.Random) -> dict[int, float]:
    return {rng.randint(0, 80): rng.choice([0.1, 0.5, 2.0, rng.random()]) for _ in range(rng.randint(1, 4))}


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule."""
    if name == "constant_schedule":
        return {"value": rate(rng)}
    if name in ("linear_schedule", "polynomial_schedule"):
        power = {"power": rng.choice([1, 2, 3, 0.5, 2.0, rng.uniform(0.2, 3)])} if name[0] == "p" else {}
        return {
            "init_value": rate(rng),
            "end_value": rng.choice([0.0, rate(rng)]),
            "transition_steps": rng.randint(0, 80),
            "transition_begin": rng.choice([0, rng.randint(-5, 20)]),
            **power,
        }
    if name == "exponential_decay":
        return {"init_value": rate(rng), **decay(rng)}
    if name == "cosine_decay_schedule":
        params = {"init_value": rate(rng), "decay_steps": rng.randint(1, 100)}
        return {**params, "alpha": rng.choice([0.0, rng.random()]), "exponent": rng.choice([1.0, 2.0, 0.7])}
    if name == "warmup_constant_schedule":
        return {"init_value": rate(rng), "peak_value": rate(rng), "warmup_steps": rng.randint(0, 40)}
    if name == "warmup_cosine_decay_schedule":
        return warmup_cosine(rng)
    if name == "warmup_exponential_decay_schedule":
        return {"init_value": 0.0, "peak_value": rate(rng), "warmup_steps": rng.randint(0, 40), **decay(rng)}
    if name in ("piecewise_constant_schedule", "piecewise_interpolate_schedule"):
        kind = {"interpolate_type": rng.choice(["linear", "cosine"])} if "interpolate" in name else {}
        return {"init_value": rate(rng), "boundaries_and_scales": pieces(rng), **kind}
    if name == "sgdr_schedule":
        return {"cosine_kwargs": [warmup_cosine(rng) for _ in range(rng.randint(1, 3))]}
    params = {"transition_steps": rng.randint(1, 80), "peak_value": rate(rng), "pct_start": rng.uniform(0.1, 0.6)}
    return {**params, "div_factor": rng.choice([25.0, 7.0]), "final_div_factor": rng.choice([1e4, 30.0])}


NAMES = (
    "constant_schedule",
    "linear_schedule",
    "polynomial_schedule",
    "exponential_decay",
    "cosine_decay_schedule",
    "warmup_constant_schedule",
    "warmup_cosine_decay_schedule",
    "warmup_exponential_decay_schedule",
    "piecewise_constant_schedule",
    "piecewise_interpolate_schedule",
    "linear_onecycle_schedule",
    "cosine_onecycle_schedule",
    "sgdr_schedule",
)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str, dtype: str) -> None:
    """Random arguments, called eagerly with a Python int: single precision to the bit, double to four units."""
    rng = random.Random(name)
    for _ in range(ROUNDS):
        params = drawn(name, rng)
        with jax.enable_x64(dtype == "float64"):
            schedule = getattr(optax, name)(**params)
            wanted = [float(schedule(t)) for t in range(ROWS)]
        lr = params.get("peak_value", params.get("init_value", 0.1))
        (found,) = lrcli_lrs(f"optax.{name}", {**params, "dtype": dtype}, ROWS, [lr])
        if dtype == "float32":
            assert_same([wanted], [found], params)
        else:
            for t, (want, have) in enumerate(zip(wanted, found, strict=True)):
                assert abs(want - have) <= 9e-16 * max(abs(want), abs(have)), (params, t, want, have)


def test_join_schedules() -> None:
    """A joined schedule, with a schedule more than the boundaries have room for."""
    parts = [optax.linear_schedule(0.0, 0.1, 10), optax.constant_schedule(0.1), optax.cosine_decay_schedule(0.1, 30)]
    specs = [
        {"type": "optax.linear_schedule", "init_value": 0.0, "end_value": 0.1, "transition_steps": 10},
        {"type": "optax.constant_schedule", "value": 0.1},
        {"type": "optax.cosine_decay_schedule", "init_value": 0.1, "decay_steps": 30},
    ]
    for boundaries in ([10, 25], [10], [5, 60]):
        schedule = optax.join_schedules(parts, boundaries)
        wanted = [float(schedule(t)) for t in range(ROWS)]
        found = lrcli_lrs("optax.join_schedules", {"schedules": specs, "boundaries": boundaries}, ROWS, [0.1])
        assert_same([wanted], found, boundaries)
