"""A schedule with one change: another length, another way to warm up, another way to count patience."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lrcli.errors import LrcliError
from lrcli.infer.explain.sources import WARMUPS, Formula, Keras1, RateSource, Warmed
from lrcli.schedules.base import Schedule, parameters
from lrcli.schedules.params import param_of

if TYPE_CHECKING:
    from lrcli.infer.explain.evidence import Evidence

Edit = tuple[str, float, Callable[[float], Schedule]]
"""A length of the schedule: its name, its value, and the schedule with another one."""


def lengths(schedule: Schedule, path: str = "") -> Iterator[Edit]:
    """Every length in the schedule, down to its parts; the milestones of MultiStepLR move together."""
    for f in parameters(schedule):
        value: Any = getattr(schedule, f.name)
        kind = param_of(f).kind
        if kind == "length" and isinstance(value, (int, float)) and value > 0:
            yield path + f.name, float(value), _setter(schedule, f.name)
        elif kind == "positions" and value and not hasattr(schedule, "schedules"):
            yield path + f.name + "[-1]", float(value[-1]), _scaler(schedule, f.name, value)
        elif kind == "schedules":
            for i, child in enumerate(value):
                for name, length, change in lengths(child, f"{path}{f.name}[{i}]."):
                    yield name, length, _in_child(schedule, f.name, i, change)


def _setter(schedule: Schedule, name: str) -> Callable[[float], Schedule]:
    # some frameworks refuse 100.0 where 100 is meant
    return lambda value: replace(schedule, **{name: int(value) if value == int(value) else value})


def _scaler(schedule: Schedule, name: str, value: tuple[float, ...]) -> Callable[[float], Schedule]:
    last = value[-1]
    return lambda new: replace(schedule, **{name: tuple(round(m * new / last) for m in value)})


def _in_child(
    schedule: Schedule, name: str, i: int, change: Callable[[float], Schedule]
) -> Callable[[float], Schedule]:
    def changed(value: float) -> Schedule:
        children = list(getattr(schedule, name))
        children[i] = change(value)
        return replace(schedule, **{name: tuple(children)})

    return changed


def horizons(plain: Formula, evidence: Evidence) -> Iterator[tuple[str, float, float, Formula]]:
    """(name, length, the spec's length, the schedule with it) for every length that some of the missed rows ask for."""
    asked = evidence.asked()
    if not asked:
        return
    picked = sorted({asked[-1], asked[len(asked) // 2], asked[len(asked) * 3 // 4]}, reverse=True)
    for name, value, change in lengths(plain.schedule):
        tried: set[float] = set()
        for i in picked:
            t, wanted, slack = evidence.at[i], evidence.values[i], evidence.slack[i]
            for length in _solved(change, plain.base_lr, value, t, wanted, slack, evidence.spec.length):
                if length not in tried and length != value and len(tried) < 12:
                    tried.add(length)
                    yield name, length, value, Formula(change(length), plain.base_lr)


def _solved(
    change: Callable[[float], Schedule], base: float, value: float, t: int, wanted: float, slack: float, run: int
) -> list[float]:
    """Whole lengths with which the schedule has the wanted value at step t."""

    def gap(length: float) -> float:
        try:
            return change(length).lr_at(t, base) - wanted
        except (LrcliError, ArithmeticError, ValueError, IndexError):
            return math.nan

    usual = [value * k for k in (2, 0.5, 3, 4, 10, 1.5)] + [value - 1, value + 1, run, run - 1]
    found = [float(n) for n in dict.fromkeys(map(round, usual)) if n > 0 and abs(gap(n)) <= slack]
    grid = sorted({max(1, round(value * 10 ** (j / 20))) for j in range(-24, 25)})
    gaps = [gap(n) for n in grid]
    for a, b, gap_a, gap_b in zip(grid, grid[1:], gaps, gaps[1:], strict=False):
        if (gap_a < 0) != (gap_b < 0) and gap_a == gap_a and gap_b == gap_b:
            found += [n for n in _bisected(gap, a, b, gap_a) if abs(gap(n)) <= slack]
    return list(dict.fromkeys(found))[:6]


def _bisected(gap: Callable[[float], float], a: int, b: int, gap_a: float) -> tuple[float, float]:
    while b - a > 1:
        middle = (a + b) // 2
        if (gap(middle) < 0) == (gap_a < 0):
            a = middle
        else:
            b = middle
    return float(a), float(b)


def warmed(plain: Formula, evidence: Evidence) -> Iterator[tuple[str, str, float, RateSource]]:
    """(key, what, cost, source): the schedule's own warmup in other forms, and with the decay's clock running."""
    found = warmup_of(plain)
    if found is None:
        return
    n, rest, inside = found
    for shape in WARMUPS:
        yield "warmup", f"the factor {shape} in the warmup of {n} steps", 1.4, Warmed(rest, n, shape)
    for shift in (-1, 1):
        if n + shift > 0:
            told = f"a warmup of {n + shift} steps"
            yield "warmup", told, 1.7, Warmed(rest, n + shift, "t/W")
    peak = rest.at([0])[0]
    if evidence.at[0] == 0 and peak:
        start = evidence.values[0] / peak
        told = f"a warmup from {start:.6g} times the base"
        yield "warmup", told, 1.8, Warmed(rest, n, start)
    yield "warmup", "no warmup, and the decay from step 0", 1.8, rest
    yield "warmup", "a warmup that never ends", 1.8, Warmed(rest, n, "t/W", endless=True, warm=inside)
    yield (
        "decay-clock",
        f"the decay's clock running in the warmup of {n} steps",
        1.3,
        Warmed(rest, n, "t/W", running=True, warm=inside),
    )


def warmup_of(plain: Formula) -> tuple[int, Formula, Formula] | None:
    """(its steps, what follows it, the warmup as it is) of a schedule that begins with a warmup."""
    schedule: Any = plain.schedule
    if schedule.name == "sequential" and len(schedule.schedules) > 1 and schedule.schedules[0].name == "linear":
        n = int(schedule.milestones[0])
        rest = schedule.schedules[1]
        if len(schedule.schedules) > 2:
            later = tuple(m - n for m in schedule.milestones[1:])
            rest = replace(schedule, schedules=schedule.schedules[1:], milestones=later)
        return (n, Formula(rest, plain.base_lr), Formula(schedule.schedules[0], plain.base_lr)) if n > 0 else None
    if schedule.name == "warmup_cosine" and schedule.warmup > 0:
        n = int(schedule.warmup)
        decay = replace(schedule, warmup=0, T_max=schedule.T_max - n)
        return n, Formula(decay, plain.base_lr), plain
    return None


def plateaus(plain: Formula) -> Iterator[tuple[str, RateSource]]:
    """The plateau as other tools count, and with its switches set wrong."""
    schedule: Any = plain.schedule
    if schedule.name != "plateau":
        return
    if schedule.patience > 0:
        yield (
            "patience counted as Keras does",
            Formula(replace(schedule, patience=schedule.patience - 1), plain.base_lr),
        )
    yield "patience one higher", Formula(replace(schedule, patience=schedule.patience + 1), plain.base_lr)
    other = "max" if schedule.mode == "min" else "min"
    yield f"mode {other}", Formula(replace(schedule, mode=other), plain.base_lr)
    other = "abs" if schedule.threshold_mode == "rel" else "rel"
    yield f"threshold_mode {other}", Formula(replace(schedule, threshold_mode=other), plain.base_lr)
    yield "threshold 0", Formula(replace(schedule, threshold=0), plain.base_lr)
    yield "the counter of Keras 1, which no reduction resets", Keras1(schedule, plain.base_lr)
