"""Warmups that are no line: by the logarithm of the step, or by a power of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from lrcli.expression import Expression
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.main import Main
from lrcli.infer.fit.mains import mains
from lrcli.infer.fit.naming import spoken
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.fit.segments import Segment
from lrcli.infer.fit.solve import least_squares
from lrcli.infer.fit.warmup import starts
from lrcli.infer.numbers import cost, simplest, simplest_whole
from lrcli.schedules.lambda_ import Lambda
from lrcli.schedules.linear import Linear
from lrcli.schedules.sequential import Sequential

POWERS = (2.0, 3.0, 4.0, 0.5, 1.5)
"""The powers by which people warm up."""

FEWEST = 4
"""So many rows of a warmup tell its shape."""


class Climb(NamedTuple):
    """A warmup of this kind from `start`; `length` gives the step at which it is at a height."""

    ramp: str
    power: float
    start: float
    length: Callable[[float], float]


def ramp_candidates(rows: FitRows, last: Segment) -> Iterator[Candidate]:
    """Candidates in which the last stretch is the main law, and all rows before it a warmup that is no line."""
    before, inner = rows.part(0, last.start), rows.part(last.start, len(rows))
    if len(before) < FEWEST or len(inner) < 2 or any(b < a for a, b in zip(before.y, before.y[1:], strict=False)):
        return
    for start in starts(rows):
        for climb in _climbs(before, start.first_step):
            for held in (0, 1):
                for begin in _ends(before, inner, last, start.first_step, climb, held):
                    for main in mains(inner, last.law, begin, start.first_step):
                        yield from _joined(rows, main, start.first_step, climb, held, start.cost)


def _climbs(before: FitRows, first: int) -> Iterator[Climb]:
    """The warmups that the rows may be of, if it begins at `first`."""
    seen = [i for i, (p, y) in enumerate(zip(before.p, before.y, strict=True)) if p > first and y > 0]
    if len(seen) < FEWEST - 1:
        return
    rising = before.pick(seen)
    ones = [1.0] * len(rising)
    weights = [1 / tol for tol in rising.tol]
    found = least_squares([ones, [math.log(p - first + 1) for p in rising.p]], rising.y, weights)
    if found is not None and found[1] > 0:
        start, slope = found
        near_0 = abs(start) < 1e-6 * before.y[-1] + 5 * before.tol[-1]
        low = 0.0 if near_0 else simplest(start * (1 - 1e-6), start * (1 + 1e-6))
        yield Climb("log", 1.0, low, lambda peak: math.exp((peak - start) / slope) - 1)
    logs = [math.log(y) for y in rising.y]
    steep = [y / tol for y, tol in zip(rising.y, rising.tol, strict=True)]
    found = least_squares([ones, [math.log(p - first) for p in rising.p]], logs, steep)
    if found is None:
        return
    factor, exponent = found
    power = min(POWERS, key=lambda power: abs(power - exponent))
    if abs(power - exponent) < 0.01 * power:
        yield Climb("power", power, 0.0, lambda peak: (peak / math.exp(factor)) ** (1 / power))


def _ends(before: FitRows, inner: FitRows, last: Segment, first: int, climb: Climb, held: int) -> Iterator[int]:
    """Where the warmup meets the main law: the whole positions about there."""
    at = float(inner.p[0])
    for _ in range(60):
        peak = last.law(at)
        if not 0 < peak <= 2 * inner.peak:
            return
        try:
            at = first + held + climb.length(peak)
        except OverflowError:
            return
    near, one = at - first, int(climb.ramp == "log") - held  # a logarithm of W steps is at the top at step W - 1
    round_one = simplest_whole((near + one) * 0.999, (near + one) * 1.001)
    for whole in dict.fromkeys((round_one and round_one - one, round(near), round(near) + 1)):
        if whole is not None and before.p[-1] < whole + first <= inner.p[0] + held:
            yield whole + first


def _joined(rows: FitRows, main: Main, first: int, climb: Climb, held: int, spent: float) -> Iterator[Candidate]:
    length = main.begin - first
    shape = replace(
        main.shape, warmup=length - held, begin=length, start=climb.start, ramp=climb.ramp, climb=climb.power,
        end=main.shape.end and main.shape.end + length, milestones=tuple(m + length for m in main.shape.milestones),
    )  # fmt: skip
    spent += main.cost + cost(length) + 0.3 * held + cost(climb.start) + 1.5
    told = (f"the warmup climbs by the {'logarithm' if climb.ramp == 'log' else f'power {climb.power:g}'} of the step",)
    bare = Candidate(main.kind, main.lr, Linear(), first, spent, shape.end, main.free, told, shape=shape)
    found = list(spoken(bare, rows))
    yield from found
    if not found and climb.ramp == "power" and main.schedule is not None:
        ahead = int(first == -1)
        done = "(epoch + 1)" if ahead else "epoch"
        ramp = Lambda(lr_lambda=Expression(f"({done} / {length - held}) ** {climb.power:g}"))
        whole = Sequential((ramp, main.schedule), (length - ahead,))
        candidate = replace(bare, schedule=whole, first_step=first + ahead)
        if rows.holds(candidate.at):
            yield candidate
