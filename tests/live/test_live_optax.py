"""optax's schedules against the installed package, with random arguments, compared with `==`.

`python -m pytest tests/live/test_live_optax.py` in an environment that has optax, on a CPU with glibc before 2.41.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows, has_newer_libm, some

jax = pytest.importorskip("jax", reason="the live comparison needs jax")
optax = pytest.importorskip("optax", reason="the live comparison needs optax")

if has_newer_libm():
    pytest.skip("singles are compared on glibc before 2.41", allow_module_level=True)

pytestmark = pytest.mark.filterwarnings("ignore")

ROUNDS = 12 * SCALE
ROWS = 90


def rate(rng: random.Random) -> float:
    return rng.choice([0.1, 3e-4, 1.25, rng.random(), 0.0, 1])


def lengths(rng: random.Random) -> int:
    return rng.choice([1, 2, 7, rng.randint(1, 80), rng.randint(1, 80), 0, -3, 10_000])


def power(rng: random.Random) -> float:
    return rng.choice([1, 1.0, 2, 3, 0.5, 2.0, 0, -1.0, rng.uniform(0.2, 3)])


def warmup_cosine(rng: random.Random) -> dict[str, Any]:
    warmup = rng.choice([0, 1, rng.randint(0, 30)])
    return {
        "init_value": rng.choice([0.0, 1e-4, rate(rng)]),
        "peak_value": rate(rng),
        "warmup_steps": warmup,
        "decay_steps": warmup + rng.choice([rng.randint(1, 80), rng.randint(1, 80), 1, 0, 1000]),
        **some(rng, end_value=[0.0, 0.01, 0, 2.0], exponent=[1.0, 2.0, 0.7, 1, 2, 0]),
    }


def decay(rng: random.Random) -> dict[str, Any]:
    return {
        "transition_steps": lengths(rng),
        "decay_rate": rng.choice([0.5, 0.96, 1.3, rng.random(), 0.0, 1, 1.0, 2]),
        **some(
            rng,
            transition_begin=[0, rng.randint(0, 20), -4],
            staircase=[True, False],
            end_value=[None, 0.005, 0.5, 0.0],
        ),
    }


def pieces(rng: random.Random) -> dict[int, float]:
    factors = [0.1, 0.5, 2.0, rng.random(), 1, 0.0, 0.3, 3, *([-0.5] if rng.random() < 0.1 else [])]
    return {rng.randint(0, 80): rng.choice(factors) for _ in range(rng.randint(0, 4))}


def drawn(name: str, rng: random.Random) -> dict[str, Any]:
    """Random arguments of a schedule: ordinary ones, and those at the edges of what has a meaning."""
    if name == "constant_schedule":
        return {"value": rate(rng)}
    if name in ("linear_schedule", "polynomial_schedule"):
        return {
            "init_value": rate(rng),
            "end_value": rng.choice([0.0, 0, rate(rng)]),
            "transition_steps": lengths(rng),
            **some(rng, transition_begin=[0, rng.randint(-5, 20)]),
            **({"power": power(rng)} if name[0] == "p" else {}),
        }
    if name == "exponential_decay":
        return {"init_value": rate(rng), **decay(rng)}
    if name == "cosine_decay_schedule":
        params = {"init_value": rate(rng), "decay_steps": rng.choice([lengths(rng), rng.uniform(1, 50)])}
        return {**params, **some(rng, alpha=[0.0, rng.random(), 1, 2.0], exponent=[1.0, 2.0, 0.7, 1, 3])}
    if name == "warmup_constant_schedule":
        return {"init_value": rate(rng), "peak_value": rate(rng), "warmup_steps": rng.randint(0, 40)}
    if name == "warmup_cosine_decay_schedule":
        return warmup_cosine(rng)
    if name == "warmup_exponential_decay_schedule":
        first = {"init_value": rng.choice([0.0, 1e-4]), "peak_value": rate(rng), "warmup_steps": rng.randint(0, 40)}
        return {**first, **decay(rng)}
    if name in ("piecewise_constant_schedule", "piecewise_interpolate_schedule"):
        kind = {"interpolate_type": rng.choice(["linear", "cosine"])} if "interpolate" in name else {}
        return {"init_value": rate(rng), **kind, **some(rng, boundaries_and_scales=[pieces(rng)])}
    if name == "sgdr_schedule":
        return {"cosine_kwargs": [warmup_cosine(rng) for _ in range(rng.randint(1, 3))]}
    final = {"pct_final": [0.85, rng.uniform(0.5, 1)]} if name[0] == "l" else {}
    return {
        "transition_steps": lengths(rng),
        "peak_value": rate(rng),
        **some(rng, pct_start=[0.3, rng.uniform(0.0, 0.9)], div_factor=[25.0, 7, 1.0], **final),
        **some(rng, final_div_factor=[1e4, 30.0, 2]),
    }


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


def rows(build: Callable[[], Any], dtype: str, steps: int) -> Rows:
    """The learning rates, called eagerly with a Python int."""
    with jax.enable_x64(dtype == "float64"):
        schedule = build()
        values = []
        for t in range(steps):
            try:
                values.append([float(schedule(t))])
            except Exception:
                yield from values
                raise
    yield from values


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_same_numbers(name: str, dtype: str) -> None:
    """Random arguments: single precision to the bit, double to four units; what optax refuses is refused."""
    rng, both = random.Random(name), Agreement(within=0.0 if dtype == "float32" else 9e-16)
    for _ in range(ROUNDS):
        params, steps = drawn(name, rng), rng.randint(1, ROWS)
        build = partial(getattr(optax, name), **params)
        both.compare(f"optax.{name}", {**params, "dtype": dtype}, steps, [0.1], partial(rows, build, dtype, steps))
    both.check(ROUNDS // 3)


def joined(specs: list[dict[str, Any]], boundaries: list[int]) -> Any:
    """optax's own joined schedule."""
    parts = [{key: value for key, value in spec.items() if key != "type"} for spec in specs]
    made = [getattr(optax, spec["type"][6:])(**part) for spec, part in zip(specs, parts, strict=True)]
    return optax.join_schedules(made, boundaries)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_join_schedules(dtype: str) -> None:
    """Joined schedules, with one more or one less than the boundaries have room for."""
    rng, both = random.Random(dtype), Agreement(within=0.0 if dtype == "float32" else 9e-16)
    for _ in range(ROUNDS):
        names = [rng.choice([name for name in NAMES if name != "sgdr_schedule"]) for _ in range(rng.randint(1, 4))]
        specs = [{"type": f"optax.{name}", **drawn(name, rng)} for name in names]
        boundaries = sorted(rng.randint(0, 60) for _ in range(max(0, len(names) + rng.choice([-1, -1, -2, 0]))))

        params = {"schedules": [{**spec, "dtype": dtype} for spec in specs], "boundaries": boundaries, "dtype": dtype}
        both.compare(
            "optax.join_schedules", params, ROWS, [0.1], partial(rows, partial(joined, specs, boundaries), dtype, ROWS)
        )
    both.check(ROUNDS // 4)
