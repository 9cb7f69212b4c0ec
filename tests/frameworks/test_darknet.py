"""darknet's rates against its C, compiled: float32, to the bit."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from lrcli import evaluate
from lrcli.errors import SpecError
from lrcli.reader import parse_text

ROWS = (0, 1, 9, 10, 24, 39)


def spec(rows: int = 40, lr: float = 0.1, **keys: Any) -> str:
    return json.dumps({"lr": lr, "steps": rows, "schedule": {"type": "darknet.get_current_rate", **keys}})


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (
            {"policy": "constant", "burn_in": 10},
            [1.0000000656873453e-05, 0.00016000001050997525] + [0.10000000149011612] * 4,
        ),
        (
            {"policy": "steps", "burn_in": 10, "gpus": 2, "steps": [11, 25], "scales": [0.1, 0.3]},
            [
                2.0000001313746907e-05, 0.00032000002101995051, 0.20000000298023224, 0.020000001415610313,
                0.0060000005178153515, 0.0060000005178153515,
            ],
        ),
        (
            {"policy": "step", "scale": 0.3, "step": 10},
            [
                0.10000000149011612, 0.10000000149011612, 0.030000001192092896, 0.030000001192092896,
                0.0090000005438923836, 0.00081000011414289474,
            ],
        ),
        (
            {"policy": "exp", "gamma": 0.9},
            [
                0.08999999612569809, 0.081000000238418579, 0.03486783429980278, 0.031381051987409592,
                0.0071789752691984177, 0.0014780868077650666,
            ],
        ),
        (
            {"policy": "poly", "burn_in": 10},
            [
                1.0000000656873453e-05, 0.00016000001050997525, 0.031640626490116119, 0.02762816846370697,
                0.0019775391556322575, 0.0,
            ],
        ),
        (
            {"policy": "sig", "gamma": 0.3, "step": 20},
            [
                0.099666520953178406, 0.09955037385225296, 0.095257416367530823, 0.093702666461467743,
                0.018242552876472473, 0.00024726233095861971,
            ],
        ),
        (
            {"policy": "sgdr", "learning_rate_min": 0.001, "sgdr_cycle": 10},
            [
                0.097577296197414398, 0.090546339750289917, 0.0010000000474974513, 0.099390573799610138,
                0.015498214401304722, 0.085501782596111298,
            ],
        ),
    ],
)  # fmt: skip
def test_policy(keys: dict[str, Any], expected: list[float]) -> None:
    """Each policy has the rates of the compiled function; max_batches, left out, is the run."""
    lr = evaluate(parse_text(spec(**keys))).groups[0].lr
    assert [lr[t] for t in ROWS] == expected


def test_unsorted_steps() -> None:
    """The first step that is not reached ends the search, as in the C."""
    lr = evaluate(parse_text(spec(policy="steps", steps=[20, 5], scales=[0.5, 0.1]))).groups[0].lr
    assert (lr[10], lr[19], lr[39]) == (0.10000000149011612, 0.005000000353902578, 0.005000000353902578)


def test_refused() -> None:
    """Steps without a scale are refused, and a polynomial over no batches."""
    with pytest.raises(SpecError, match="must be as many as the steps, 2 here"):
        parse_text(spec(policy="steps", steps=[5, 9], scales=[0.1]))
    with pytest.raises(SpecError, match="max_batches must be at least 1"):
        parse_text(spec(policy="poly", max_batches=0))


@pytest.mark.parametrize("policy", ["steps", "step", "exp", "poly", "sig", "sgdr"])
def test_breaks(policy: str) -> None:
    """Up to the next break the rates only fall or only rise."""
    keys: dict[str, Any] = {
        "burn_in": 7,
        "steps": [11, 25],
        "scales": [0.1, 3.0],
        "step": 10,
        "scale": 0.3,
        "gamma": 0.9,
    }
    schedule = parse_text(spec(60, policy=policy, sgdr_cycle=8, **keys)).groups[0].schedule
    lr, t = schedule.lrs(0.1, 0, 60), 0
    while t < 60:
        end = schedule.monotone_until(t)
        steps = [b - a for a, b in pairwise(lr[t : 60 if end is None else end])]
        assert all(step >= 0 for step in steps) or all(step <= 0 for step in steps), (t, end)
        t = 60 if end is None else end
