"""The schedules that a SOLVER builds against fvcore's own classes: random arguments, compared with `==`.

detectron2 itself need not be installed: what it adds to fvcore (the warmup, the multiplier) is restated here.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import pytest

from tests.live.frameworks import SCALE, Agreement, Rows

fvcore = pytest.importorskip("fvcore.common.param_scheduler", reason="needs fvcore")


def curve(solver: dict[str, Any]) -> Any:
    """detectron2's build_lr_scheduler, without the optimizer."""
    name, length = solver["LR_SCHEDULER_NAME"], solver["MAX_ITER"]
    if name == "WarmupMultiStepLR":
        steps = [step for step in solver["STEPS"] if step <= length]
        values = [solver["GAMMA"] ** k for k in range(len(steps) + 1)]
        inner = fvcore.MultiStepParamScheduler(values=values, milestones=steps, num_updates=length)
    elif name == "WarmupCosineLR":
        end = solver["BASE_LR_END"] / solver["BASE_LR"]
        assert 0.0 <= end <= 1.0
        inner = fvcore.CosineParamScheduler(1, end)
    else:
        inner = fvcore.StepWithFixedGammaParamScheduler(
            base_value=1.0, gamma=solver["GAMMA"], num_decays=solver["NUM_DECAYS"], num_updates=length
        )
    share, rescale = min(solver["WARMUP_ITERS"] / length, 1.0), solver["RESCALE_INTERVAL"]
    end, start = inner(0.0) if rescale else inner(share), solver["WARMUP_FACTOR"] * inner(0.0)
    constant = solver["WARMUP_METHOD"] == "constant"
    warmup = fvcore.ConstantParamScheduler(start) if constant else fvcore.LinearParamScheduler(start, end)
    scaling = ["rescaled", "rescaled" if rescale else "fixed"]
    return fvcore.CompositeParamScheduler([warmup, inner], [share, 1 - share], scaling)


def real(solver: dict[str, Any]) -> Rows:
    """The learning rates."""
    multiplier, t = curve(solver), 0
    while True:
        yield [solver["BASE_LR"] * multiplier(t / solver["MAX_ITER"])]
        t += 1


def test_solver() -> None:
    """Every learning rate is the package's own, and what the package refuses is refused."""
    random, both = Random(7), Agreement()
    for _ in range(500 * SCALE):
        length = random.choice([10, 37, 60, 90, 100, 211])
        rows = length + random.choice([0, 0, 0, 1, 5])
        steps = sorted(random.sample(range(1, length + 20), random.randint(0, 3)))
        solver: dict[str, Any] = {
            "LR_SCHEDULER_NAME": random.choice(["WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR"]),
            "MAX_ITER": length,
            "BASE_LR": random.choice([0.1, 1.25, 3e-4]),
            "BASE_LR_END": random.choice([0.0, 1e-5, 0.05, 2.0]),
            "GAMMA": random.choice([0.1, 0.5, 1.5]),
            "STEPS": steps,
            "NUM_DECAYS": random.choice([1, 3, 7, 0]),
            "WARMUP_FACTOR": random.choice([0.001, 1 / 3, 0.0, 1.0]),
            "WARMUP_ITERS": random.choice([0, 1, 7, 10, length // 2, length, length + 3]),
            "WARMUP_METHOD": random.choice(["linear", "constant"]),
            "RESCALE_INTERVAL": random.random() < 0.5,
        }
        both.compare("detectron2.build_lr_scheduler", solver, rows, [solver["BASE_LR"]], partial(real, solver))
    both.check(100 * SCALE)


@pytest.mark.parametrize("length", [999_999, 1_000_000, 5_000_000])
def test_late_milestones(length: int) -> None:
    """Above a million iterations a milestone comes early, as fvcore has it."""
    inner = fvcore.MultiStepParamScheduler(values=[1.0, 0.5], milestones=[length * 3 // 5], num_updates=length)
    at = length * 3 // 5
    spec = (
        f"{{lr: 1, steps: {length}, schedule: {{type: detectron2.build_lr_scheduler, MAX_ITER: {length}, GAMMA: 0.5,"
        f" STEPS: [{at}], WARMUP_ITERS: 0}}}}"
    )
    from lrcli.reader import parse_text

    schedule = parse_text(spec).groups[0].schedule
    rows = range(at - 8, at + 2)
    assert schedule.lrs(1.0, rows.start, rows.stop) == [inner(t / length) for t in rows]
    switch = next(t for t in rows if inner(t / length) == 0.5)
    assert schedule.next_break(2) == switch
