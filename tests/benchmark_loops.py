"""The bare loops of the benchmark: what a careful person would write by hand for one schedule, and nothing more.

Each is one plain function with the arithmetic of a release, called once per step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

Rule = Callable[[float, int], float]
"""(the learning rate before, the step) -> the learning rate of the step."""


class Loop(NamedTuple):
    """A spec's schedule and emulation as YAML, the LR of step 0, and the rule for the steps after it."""

    yaml: str
    first: float
    rule: Rule


def run(loop: Loop, steps: int) -> list[float]:
    """The bare loop: call the rule, store the result."""
    lr, rule = loop.first, loop.rule
    stored = [lr]
    for t in range(1, steps):
        lr = rule(lr, t)
        stored.append(lr)
    return stored


def _step(lr: float, t: int) -> float:
    return lr * 0.999 if t % 1000 == 0 else lr


def _step_closed(lr: float, t: int) -> float:
    return 0.1 * 0.999 ** (t // 1000)


MILESTONES = {200_000: 1, 500_000: 1, 800_000: 1}


def _multistep(lr: float, t: int) -> float:
    return lr * 0.1 ** MILESTONES[t] if t in MILESTONES else lr


def _exponential(lr: float, t: int) -> float:
    return lr * 0.99999


def _cosine(lr: float, t: int) -> float:
    if (t - 1 - 5000) % (2 * 5000) == 0:
        return lr + (0.1 - 0.001) * (1 - math.cos(math.pi / 5000)) / 2
    return (1 + math.cos(math.pi * t / 5000)) / (1 + math.cos(math.pi * (t - 1) / 5000)) * (lr - 0.001) + 0.001


def _cosine_closed(lr: float, t: int) -> float:
    return 0.001 + (0.1 - 0.001) * (1 + math.cos(math.pi * t / 5000)) / 2


def _linear(lr: float, t: int) -> float:
    if t > 900_000:
        return lr
    return lr * (1.0 + (1.0 - 0.1) / (900_000 * 0.1 + (t - 1) * (1.0 - 0.1)))


def _polynomial(lr: float, t: int) -> float:
    if t > 900_000:
        return lr
    factor: float = ((1.0 - t / 900_000) / (1.0 - (t - 1) / 900_000)) ** 0.9
    return lr * factor


def _constant_lr(lr: float, t: int) -> float:
    return lr * (1.0 / 0.1) if t == 1000 else lr


def _lambda(lr: float, t: int) -> float:
    return 0.1 * (0.99999**t)


def _multiplicative(lr: float, t: int) -> float:
    return lr * (1 - 0.1 / (1 + t))


def _restarts() -> Rule:
    """A rule with a state of its own: where in which period it is."""
    at, period = 0, 1000

    def rule(lr: float, t: int) -> float:
        nonlocal at, period
        at += 1
        if at >= period:
            at %= period
            period *= 2
        return 0.001 + (0.1 - 0.001) * (1 + math.cos(math.pi * at / period)) / 2

    return rule


def _cyclic(lr: float, t: int) -> float:
    total = 2000.0 + 2000.0
    ratio = 2000.0 / total
    cycle = math.floor(1 + t / total)
    x = 1.0 + t / total - cycle
    scale = x / ratio if x <= ratio else (x - 1) / (ratio - 1)
    return 0.001 + (0.1 - 0.001) * scale * (1 / (2.0 ** (cycle - 1)))


def _one_cycle(lr: float, t: int) -> float:
    up, end = float(0.3 * 1_000_000) - 1, 1_000_000 - 1
    if t <= up:
        return 0.1 + (0.004 - 0.1) / 2.0 * (math.cos(math.pi * (t / up)) + 1)
    return 4e-07 + (0.1 - 4e-07) / 2.0 * (math.cos(math.pi * ((t - up) / (end - up))) + 1)


def _swa(lr: float, t: int) -> float:
    before = (1 - math.cos(math.pi * max(0, min(1, (t - 1) / max(1, 900_000))))) / 2
    start = 0.02 if before == 1 else (lr - before * 0.02) / (1 - before)
    now = (1 - math.cos(math.pi * max(0, min(1, t / max(1, 900_000))))) / 2
    return 0.02 * now + start * (1 - now)


def _warmup_cosine(lr: float, t: int) -> float:
    if t < 10_000:
        return 0.1 * (t / 10_000)
    return 0.1 * (0.5 * (1.0 + math.cos(math.pi * (t - 10_000) / (1_000_000 - 10_000))))


def _sequential(lr: float, t: int) -> float:
    if t < 10_000:
        return lr * (1.0 + (1.0 - 0.1) / (10_000 * 0.1 + (t - 1) * (1.0 - 0.1)))
    if t == 10_000:
        return 0.0 + (0.1 - 0.0) * (1 + math.cos(math.pi * 0 / 990_000)) / 2
    t -= 10_000
    if (t - 1 - 990_000) % (2 * 990_000) == 0:
        return lr + 0.1 * (1 - math.cos(math.pi / 990_000)) / 2
    return (1 + math.cos(math.pi * t / 990_000)) / (1 + math.cos(math.pi * (t - 1) / 990_000)) * (lr - 0.0) + 0.0


def _chained(lr: float, t: int) -> float:
    return _constant_lr(_exponential(lr, t), t)


def _plateau() -> Rule:
    """ReduceLROnPlateau on a metric that never improves after its first value."""
    metric, best, bad = (1.0,) * 1_000_000, math.inf, 0

    def rule(lr: float, t: int) -> float:
        nonlocal best, bad
        value = metric[t - 1]
        if value < best * (1.0 - 1e-4):
            best, bad = value, 0
        else:
            bad += 1
        if bad > 1000:
            bad = 0
            reduced = max(lr * 0.99, 0)
            if lr - reduced > 1e-8:
                return reduced
        return lr

    return rule


def loops() -> dict[str, Loop]:
    """Name -> loop, for each type of schedule (twice where releases differ in the kind of rule)."""
    made = {
        "step": Loop("{type: step, step_size: 1000, gamma: 0.999}", 0.1, _step),
        "step, torch-1.3": Loop("{type: step, step_size: 1000, gamma: 0.999}", 0.1, _step_closed),
        "multistep": Loop("{type: multistep, milestones: [200000, 500000, 800000], gamma: 0.1}", 0.1, _multistep),
        "exponential": Loop("{type: exponential, gamma: 0.99999}", 0.1, _exponential),
        "cosine": Loop("{type: cosine, T_max: 5000, eta_min: 0.001}", 0.1, _cosine),
        "cosine, torch-1.3": Loop("{type: cosine, T_max: 5000, eta_min: 0.001}", 0.1, _cosine_closed),
        "linear": Loop("{type: linear, start_factor: 0.1, total_iters: 900000}", 0.1 * 0.1, _linear),
        "polynomial": Loop("{type: polynomial, total_iters: 900000, power: 0.9}", 0.1, _polynomial),
        "ConstantLR": Loop("{type: ConstantLR, factor: 0.1, total_iters: 1000}", 0.1 * 0.1, _constant_lr),
        "lambda": Loop('{type: lambda, lr_lambda: "0.99999 ** epoch"}', 0.1, _lambda),
        "multiplicative": Loop('{type: multiplicative, lr_lambda: "1 - 0.1 / (1 + epoch)"}', 0.1, _multiplicative),
        "cosine_restarts": Loop("{type: cosine_restarts, T_0: 1000, T_mult: 2, eta_min: 0.001}", 0.1, _restarts()),
        "cyclic": Loop("{type: cyclic, base_lr: 0.001, max_lr: 0.1, mode: triangular2}", 0.001, _cyclic),
        "one_cycle": Loop("{type: one_cycle, max_lr: 0.1, total_steps: 1000000}", 0.0040000000000000036, _one_cycle),
        "SWALR": Loop("{type: SWALR, swa_lr: 0.02, anneal_epochs: 900000}", 0.1, _swa),
        "warmup_cosine": Loop("{type: warmup_cosine, warmup: 10000, T_max: 1000000}", 0.0, _warmup_cosine),
        "sequential": Loop(
            "[{type: linear, for: 10000, start_factor: 0.1}, {type: cosine, T_max: 990000}]", 0.1 * 0.1, _sequential
        ),
        "chained": Loop(
            "{type: chained, schedules: [{type: exponential, gamma: 0.99999}, "
            "{type: ConstantLR, factor: 0.1, total_iters: 1000}]}",
            0.1 * 0.1,
            _chained,
        ),
        "plateau": Loop("{type: plateau, patience: 1000, factor: 0.99, metric: METRIC}", 0.1, _plateau()),
    }
    made["manual"] = made["chained"]._replace(yaml=made["chained"].yaml.replace("type: chained", "type: manual"))
    return made
