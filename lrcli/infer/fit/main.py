"""What comes after the warmup: a schedule with round numbers, and how its curve is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lrcli.frameworks.fitting import Shape
from lrcli.infer.fit.candidate import Candidate
from lrcli.infer.fit.rows import FitRows
from lrcli.infer.numbers import cost, rounded, simplest
from lrcli.schedules.base import Schedule

FACTORS = (0.01, 0.1, 0.001, 0.05, 0.2, 0.02, 0.5, 1e-4, 0.25, 0.3, 0.15)
"""What people write as the share of the learning rate that is left at the end."""

KINDS = {"line": "linear", "power": "polynomial"}
"""The decays that are called otherwise to the user."""


@dataclass(frozen=True)
class Main:
    """What comes after the warmup: a schedule that begins at position `begin` with the base learning rate.

    shape: the same in words of no framework. schedule: PyTorch's; None where it has none.
    """

    kind: str
    begin: int
    shape: Shape
    schedule: Schedule | None
    cost: float = 0.0
    free: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        shape: Shape,
        schedule: Schedule | None,
        begin: int,
        first_step: int,
        extra: float = 0.0,
        free: tuple[str, ...] = (),
    ) -> Main:
        """A main schedule whose cost is that of its numbers, and `extra`."""
        spent = cost(shape.lr) + extra + (floor_cost(shape.floor, shape.lr) if shape.floor else 0.0)
        for length in (shape.end, shape.scale):
            spent += count_cost(length, begin - first_step, begin) if length else 0.0
        return cls(KINDS.get(shape.decay, shape.decay), begin, shape, schedule, spent, free)

    @property
    def lr(self) -> float:
        """The learning rate that it begins with."""
        return self.shape.lr


def count_cost(n: float, *before: int) -> float:
    """The cost of a length, or of the position at which it ends, whichever is rounder."""
    return min(cost(n), *(0.2 + cost(n + more) for more in before)) if before else cost(n)


def floor_cost(floor: float, lr: float) -> float:
    """The cost of a floor, or of the share that it is, whichever is rounder."""
    return min(cost(floor), cost(floor / lr))


def unit_curve(schedule: Schedule, begin: int) -> Callable[[int], float]:
    """The curve of a schedule that begins at a position, with a base learning rate of 1."""
    return Candidate("", 1.0, schedule, begin, 0.0).at


def heights(rows: FitRows, unit: Callable[[int], float], floor: float | None) -> Iterator[tuple[float, float]]:
    """(peak, floor) of a curve that falls from 1 to 0 as `unit` does, the roundest first; its floor is near `floor`."""
    span = rows.scale(unit)
    if span is not None:
        yield simplest(*span), 0.0
    if span is not None or floor is None:
        return
    for factor in (*FACTORS, 1 / 3, 2 / 3):
        span = rows.scale(lambda p, factor=factor: factor + (1 - factor) * unit(p))  # type: ignore[misc]
        if span is not None:
            lr = simplest(*span)
            yield lr, float(f"{lr * factor:.12g}")
            return
    for low in rounded(floor, 15):
        span = rows.above(low).scale(unit) if 0 < low < rows.peak else None
        if span is not None:
            yield simplest(span[0] + low, span[1] + low), low
            return
