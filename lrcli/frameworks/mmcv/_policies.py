"""The policies of mmcv are functions of the progress of a run, which is counted in epochs or in iterations."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

from lrcli.errors import NoValue
from lrcli.frameworks.base import raised

Rates = Callable[[int], float]
"""The rate at a progress, before the warmup."""

NEEDED = object()
"""What stands for a key without a default."""

_MINIMUM: dict[str, Any] = {"min_lr": None, "min_lr_ratio": None}
KEYS: dict[str, dict[str, Any]] = {
    "Fixed": {},
    "Step": {"step": NEEDED, "gamma": 0.1, "min_lr": None},
    "Exp": {"gamma": NEEDED},
    "Poly": {"power": 1.0, "min_lr": 0.0},
    "Inv": {"gamma": NEEDED, "power": 1.0},
    "CosineAnnealing": _MINIMUM,
    "LinearAnnealing": _MINIMUM,
    "FlatCosineAnnealing": {"start_percent": 0.75, **_MINIMUM},
    "CosineRestart": {"periods": NEEDED, "restart_weights": (1,), **_MINIMUM},
    "Cyclic": {
        "target_ratio": (10, 1e-4), "cyclic_times": 1, "step_ratio_up": 0.4, "anneal_strategy": "cos", "gamma": 1,
    },
    "OneCycle": {
        "max_lr": NEEDED, "total_steps": None, "pct_start": 0.3, "anneal_strategy": "cos", "div_factor": 25.0,
        "final_div_factor": 1e4, "three_phase": False,
    },
}  # fmt: skip
"""The policies, each with its own keys and their defaults."""


def _along_cosine(start: float, end: float, part: float, weight: float = 1.0) -> float:
    return end + 0.5 * weight * (start - end) * (math.cos(math.pi * part) + 1)


def _along_line(start: float, end: float, part: float) -> float:
    return start + (end - start) * part


def bends(policy: str, keys: Mapping[str, Any], total: float) -> tuple[float, ...]:
    """The progresses at which the rates jump, bend or turn, where there are a few."""
    if policy == "Step" and isinstance(keys["step"], Sequence):
        return tuple(keys["step"])
    if policy == "FlatCosineAnnealing":
        return (round(total * keys["start_percent"]), total)
    if policy == "CosineRestart":
        return tuple(accumulate(keys["periods"]))
    if policy == "OneCycle":
        return tuple(end + after for end, _, _ in _phases(keys, total) for after in (0, 1))
    return (total,) if policy in ("CosineAnnealing", "Poly") else ()


def repeated_bends(policy: str, keys: Mapping[str, Any], total: float) -> tuple[tuple[float, float], ...]:
    """(begin, period) of the progresses at which the rates jump or turn again and again."""
    if policy == "Step" and not isinstance(keys["step"], Sequence):
        return ((0, keys["step"]),)
    if policy == "Cyclic":
        cycle = int(total) // int(keys["cyclic_times"])
        return ((0, cycle), (int(keys["step_ratio_up"] * cycle), cycle))
    return ()


def _fixed(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    return lambda at: base


def _exponent(steps: Any) -> Callable[[int], int]:
    """How often the rate has been multiplied at an iteration (or epoch): each so many steps, or at these."""
    if not isinstance(steps, Sequence):
        return lambda at: int(at // steps)
    if list(steps) == sorted(steps):
        return lambda at: bisect_right(steps, at)
    return lambda at: next((i for i, step in enumerate(steps) if at < step), len(steps))


def _step(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    exponent, gamma, least = _exponent(keys["step"]), keys["gamma"], keys["min_lr"]
    if least is None:
        return lambda at: base * (gamma ** exponent(at))
    return lambda at: float(max(base * (gamma ** exponent(at)), least))


def _exp(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    gamma = keys["gamma"]
    return lambda at: base * gamma**at


def _poly(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    power, least = keys["power"], keys["min_lr"]

    def rate(at: int) -> float:
        left = 1 - at / total
        if left < 0 and power % 1:
            raise NoValue("past the end of the run, a power that is not whole has no value")
        return float((base - least) * left**power + least)

    return rate


def _inv(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    gamma, power = keys["gamma"], keys["power"]
    return lambda at: float(base * (1 + gamma * at) ** (-power))


def _target(keys: Mapping[str, Any], base: float) -> float:
    ratio = keys["min_lr_ratio"]
    return float(keys["min_lr"] if ratio is None else base * ratio)


def _cosine(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    target, cos, pi = _target(keys, base), math.cos, math.pi
    half = 0.5 * 1.0 * (base - target)
    return lambda at: target + half * (cos(pi * (at / total)) + 1)


def _linear(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    target = _target(keys, base)
    return lambda at: _along_line(base, target, at / total)


def _flat_cosine(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    target, start = _target(keys, base), round(total * keys["start_percent"])
    rest = total - start
    return lambda at: base if at < start else _along_cosine(base, target, (at - start) / rest)


def _restarts(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    periods, weights, target = keys["periods"], keys["restart_weights"], _target(keys, base)
    ends = list(accumulate(periods))

    def rate(at: int) -> float:
        i = next((i for i, end in enumerate(ends) if at < end), None)
        if i is None:
            raise raised("mmcv", "ValueError", f"iteration {at} exceeds the periods, which end at {ends[-1]:g}")
        begin = ends[i - 1] if i else 0
        return _along_cosine(base, target, min((at - begin) / periods[i], 1), weights[i])

    return rate


def _cyclic(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    cycle = int(total) // int(keys["cyclic_times"])
    up, gamma = int(keys["step_ratio_up"] * cycle), keys["gamma"]
    top, end = keys["target_ratio"]
    anneal = _along_cosine if keys["anneal_strategy"] == "cos" else _along_line
    phases = ((0, up, 1, top), (up, cycle, top, end))

    def rate(at: int) -> float:
        scale, at = gamma ** (at // cycle), at % cycle
        begin, stop, first, last = phases[at >= up]
        if begin == 0:
            last = 1 - scale + last * scale
        else:
            first = 1 - scale + first * scale
        return anneal(base * first, base * last, (at - begin) / (stop - begin))

    return rate


def _phases(keys: Mapping[str, Any], total: float) -> list[tuple[float, float, float]]:
    """(the last step, the factor that it begins at, the one it leads to) of each phase of OneCycle."""
    steps = total if keys["total_steps"] is None else keys["total_steps"]
    part, div, final = keys["pct_start"], keys["div_factor"], 1 / keys["final_div_factor"]
    up = float(part * steps) - 1
    if keys["three_phase"]:
        return [(up, 1, div), (float(2 * part * steps) - 2, div, 1), (steps - 1, 1, final)]
    return [(up, 1, div), (steps - 1, div, final)]


def _one_cycle(keys: Mapping[str, Any], base: float, total: float) -> Rates:
    phases = _phases(keys, total)
    start_lr = keys["max_lr"] / keys["div_factor"]
    anneal = _along_cosine if keys["anneal_strategy"] == "cos" else _along_line

    def rate(at: int) -> float:
        begin: float = 0
        for end, first, last in phases:
            if at <= end:
                return anneal(start_lr * first, start_lr * last, (at - begin) / (end - begin))
            begin = end
        raise raised("mmcv", "UnboundLocalError", "past its total_steps OneCycle has no rate")

    return rate


POLICIES: dict[str, Callable[[Mapping[str, Any], float, float], Rates]] = {
    "Fixed": _fixed, "Step": _step, "Exp": _exp, "Poly": _poly, "Inv": _inv, "CosineAnnealing": _cosine,
    "LinearAnnealing": _linear, "FlatCosineAnnealing": _flat_cosine, "CosineRestart": _restarts, "Cyclic": _cyclic,
    "OneCycle": _one_cycle,
}  # fmt: skip
"""The rates of each policy: of its keys, the learning rate of a group, and the run's length on the policy's clock."""
