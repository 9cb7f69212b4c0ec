"""Searches end: with an answer, or with how many candidates were tried."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest

from lrcli.infer.effort import Effort, spend
from lrcli.infer.explain import explain
from lrcli.infer.fit import fit_run
from lrcli.logs import Log
from lrcli.logs.read import read_log
from lrcli.reader import read_declared


def test_effort_ends() -> None:
    """A search is stopped when it has computed as much as it may; what it has found stays."""
    found = []
    with Effort(100) as effort:
        for i in range(1000):
            spend(10, 1)
            found.append(i)
    assert (True, 11, list(range(10))) == (effort.exhausted, effort.candidates, found)
    spend(10**9)  # outside of a search nothing is counted


SPECS = (
    "{lr: 0.1, steps: 1000, schedule: {type: cosine}}",
    "{lr: 0.1, epochs: 20, schedule: {type: cosine_restarts, T_0: 1, T_mult: 3}}",
    "{lr: 0.1, steps: 10000, schedule: {type: multiplicative, lr_lambda: '0.999'}}",
)


@pytest.mark.parametrize("text", SPECS)
def test_explain_ends(text: str) -> None:
    """A sparse log of another, longer schedule is given up on soon."""
    declared = read_declared(text)
    positions = [*range(1, 20), *range(100, 215_000, 10_000)]
    values = [2e-4 * (1 - t / 215_000) for t in positions]
    began = time.process_time()
    report = explain(declared, Log("log", declared.spec.interval, positions, {"lr": values}))
    assert "unexplained" == report.verdict
    assert time.process_time() - began < 30  # a third of that here; a guard against no end at all


def test_fit_ends() -> None:
    """A curve that no schedule makes is given up on, and that is said."""
    values = [0.1 * math.cos(i / 1000) * math.exp(-i / 300) * (1 + 0.01 * math.sin(i * i)) for i in range(400)]
    began = time.process_time()
    fitted = fit_run(Log("log", "step", list(map(float, range(400))), {"lr": values}))
    assert fitted.candidate is None
    assert time.process_time() - began < 30


def test_a_short_log_takes_little() -> None:
    """What a fit computes is as much on every machine, and what time a process takes: for 60 rows 0.1 s."""
    for path in sorted((Path(__file__).parents[1] / "logs").glob("*.csv")):
        log = read_log(str(path))
        if len(log.positions) <= 60:
            with Effort(100_000) as effort:
                fit_run(log)
            assert not effort.exhausted, path.name
            assert effort.candidates < 3_500, path.name
