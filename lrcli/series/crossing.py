"""The first row in which a run's learning rate is below, or above, a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lrcli.series.curve import BLOCK, blocks, default_reading, formula_lrs
from lrcli.spec import Group, Spec

_SHORT = 64
"""A piece of fewer rows is walked: that is faster than to search in it."""

Progress = Callable[[int, int], None]
Test = Callable[[float], bool]


def first_below(spec: Spec, limit: float, progress: Progress | None = None) -> tuple[int | None, ...]:
    """The first row of each parameter group in which the curve is below the limit; None where it never is.

    >>> from lrcli.schedules.step import Step
    >>> first_below(Spec("demo", (Group(None, 0.1, Step(step_size=30)),), length=1_000_000_000), 0.005)
    (60,)
    """
    return _first(spec, lambda value: value < limit, progress)


def first_above(spec: Spec, limit: float, progress: Progress | None = None) -> tuple[int | None, ...]:
    """The first row of each parameter group in which the curve is above the limit; None where it never is."""
    return _first(spec, lambda value: value > limit, progress)


def _first(spec: Spec, test: Test, progress: Progress | None) -> tuple[int | None, ...]:
    if spec.emulation is None:
        return tuple(_in_formula(group, spec, test, progress) for group in spec.groups)
    return _in_replay(spec, test, progress)


def _in_replay(spec: Spec, test: Test, progress: Progress | None) -> tuple[int | None, ...]:
    """A replay can only be walked. A call that raises has no value, and is neither below nor above."""
    reading = default_reading(spec)
    found: list[int | None] = [None] * len(spec.groups)
    for block in blocks(spec, (reading,)):
        for i, group in enumerate(block.groups):
            if found[i] is None:
                found[i] = _in_values(getattr(group, reading), block.start, test)
        if None not in found:
            break
        if progress:
            progress(block.start + block.size, spec.length)
    return tuple(found)


def _in_values(values: Sequence[float | None], start: int, test: Test) -> int | None:
    return next((t for t, value in enumerate(values, start) if value is not None and test(value)), None)


def _in_formula(group: Group, spec: Spec, test: Test, progress: Progress | None) -> int | None:
    """Piece by piece: where the curve only falls or only rises its ends tell, and halving finds the row."""
    t, length, unit = 0, spec.length, spec.interval

    def holds(row: int) -> bool:
        return test(formula_lrs(group, row, row + 1, unit)[0])

    while t < length:
        until = group.schedule.monotone_until(t)
        end = length if until is None else min(until, length)
        if end - t < _SHORT:
            end = min(t + BLOCK, length)
            found = _in_values(formula_lrs(group, t, end, unit), t, test)
        else:
            found = _in_piece(holds, t, end - 1)
        if found is not None:
            return found
        t = end
        if progress:
            progress(t, length)
    return None


def _in_piece(holds: Callable[[int], bool], first: int, last: int) -> int | None:
    """The first of the rows first <= t <= last that holds, in a piece in which that changes once.

    A peak between two rows may belong to either side of it, so the two rows at each end are looked at one by one.
    """
    for t in (first, first + 1):
        if holds(t):
            return t
    high = next((t for t in (last - 1, last) if holds(t)), None)
    if high is None:
        return None
    low = first + 1
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    # rounding may let a flat curve cross the limit more than once
    while high > first + 1 and holds(high - 1):
        high -= 1
    return high
