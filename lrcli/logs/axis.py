"""Which row of a spec each row of a log is about."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from operator import eq

from lrcli.errors import LrcliError
from lrcli.logs import FARTHEST, Log
from lrcli.spec import Spec

NOWHERE = -1
"""The row of what has no place in the spec: it was logged before its first row, or at no number."""

_ALMOST = 1e-9
"""An epoch that is less than this short of a whole one, such as 2.9999999999, was rounded by the log."""


def rows_in(spec: Spec, log: Log, start: int, stop: int) -> Sequence[int]:
    """The spec's rows that the rows start <= i < stop of the log are about, NOWHERE for those that have none.

    Steps become epochs and epochs become steps through the spec's steps_per_epoch; a spec that counts epochs is also
    met by the epoch column of a log. What the log calls `spec.first_step` is row 0; of an epoch's steps it shows the
    one that `spec.epoch_shows` says.
    Raises LrcliError where nothing says how epochs and steps meet.
    """
    positions, row = _axis(spec, log)
    if positions is log.positions and log.unit in (spec.interval, "row") and not spec.skipped:
        at = whole_positions(positions[start:stop])
        if isinstance(at, range) and at[0] >= spec.first_step:
            return range(at.start - spec.first_step, at.stop - spec.first_step, at.step)
    near = (max(row(p), NOWHERE) if abs(p) < FARTHEST else NOWHERE for p in positions[start:stop])
    return array("q", near)


def _axis(spec: Spec, log: Log) -> tuple[Sequence[float], Callable[[float], int]]:
    """The positions to go by, and the row that a position is."""
    first, per = spec.first_step, spec.steps_per_epoch
    if log.unit in (spec.interval, "row"):
        return log.positions, lambda p: (at := math.floor(p + _ALMOST)) - first - bisect_right(spec.skipped, at)
    if spec.interval == "epoch":
        epochs = log.epochs
        if epochs is not None and (not per or all(epoch == math.floor(epoch) for epoch in epochs)):
            return epochs, lambda epoch: math.floor(epoch + _ALMOST) - first
        if per:
            return log.positions, lambda step: math.floor((step - first) / per + _ALMOST)
    elif per:
        if any(math.isfinite(epoch) and epoch % 1 for epoch in log.positions):
            # fractions of an epoch are steps, and those are what first_step counts (the dicts that a Trainer prints)
            return log.positions, lambda epoch: round(epoch * per) - first
        shown = per - 1 if spec.epoch_shows == "last" else 0
        return log.positions, lambda epoch: round((epoch - first) * per) + shown
    raise LrcliError(
        f"the spec '{spec.name}' counts {spec.interval}s and the log '{log.name}' counts {log.unit}s: "
        "give the spec steps_per_epoch (or --steps-per-epoch N), so that their rows can be aligned"
    )


def counted(log: Log) -> Log:
    """The log with whole positions, where it has only fractions of an epoch: they are counted by their spacing.

    The epochs 0.5, 1.0 and 1.5 are rows 1, 2 and 3, of two to an epoch. Without an even spacing the rows are counted.
    """
    if log.unit != "epoch" or whole_positions(log.positions) is not None:
        return log
    places = [spacing(log.positions[run.start : run.stop]) for run in log.runs]
    rows = array("d", (number for spaced in places if spaced for number in spaced[1]))
    if places[-1] and all(places):
        step = f"{places[-1][0]:.4g}"
        remark = f"the epochs are fractions, {step} apart: a row is one such step, so that row 1 is epoch {step}"
    else:
        rows = array("d", range(len(log.positions)))
        remark = "the epochs are fractions without an even spacing: the rows are counted instead, from 0"
    return replace(log, unit="row", positions=rows, epochs=log.positions, remarks=(*log.remarks, remark))


def in_steps(log: Log, per: int) -> Log:
    """The log with steps for positions, where it has only fractions of an epoch of so many steps.

    Raises LrcliError for a log that has something else, and for fractions that are no steps.
    """
    if log.unit != "epoch" or whole_positions(log.positions) is not None:
        what = "--steps-per-epoch is for a log of fractions of an epoch and no steps"
        raise LrcliError(f"{log.name} counts {log.unit}s: {what}")
    runs = [steps_of_fractions(log.positions[run.start : run.stop], per) for run in log.runs]
    positions = array("d", (step for steps in runs for step in steps or ()))
    rows = zip(positions, log.positions, slack_of(log.positions), strict=False)
    if max(positions, default=0) >= FARTHEST:
        raise LrcliError(f"{log.name}: with {per} steps to an epoch the run is too long: steps end below {FARTHEST}")
    if len(positions) < len(log.positions) or any(abs(step / per - epoch) > slack for step, epoch, slack in rows):
        raise LrcliError(f"{log.name}: with {per} steps to an epoch the fractions of an epoch are not all at a step")
    return replace(log, unit="step", positions=positions, epochs=log.positions)


def steps_of_fractions(epochs: Sequence[float], per: float) -> list[float] | None:
    """The steps of evenly spaced epochs of so many steps each; None where that gives no whole ones.

    >>> steps_of_fractions([0.32, 0.63, 0.95], 63)
    [20.0, 40.0, 60.0]
    """
    places = spacing(epochs)
    if places is None:
        return None
    stride = places[0] * per
    whole = round(stride)
    return [whole * number for number in places[1]] if whole and abs(stride - whole) < 0.02 * whole + 1e-9 else None


def slack_of(epochs: Sequence[float]) -> list[float]:
    """How far each epoch may be from what it was before it was rounded: to 2 decimals, 4 digits, or not at all."""
    decimals = max(len(repr(epoch).partition(".")[2]) for epoch in epochs)
    if decimals <= 2:
        return [0.0051] * len(epochs)
    if decimals <= 8:
        return [0.51 * 10.0 ** (math.floor(math.log10(epoch)) - 3) if epoch > 0 else 0.0 for epoch in epochs]
    return [1e-9 * epoch for epoch in epochs]


def spacing(epochs: Sequence[float]) -> tuple[float, list[float]] | None:
    """How far apart evenly spaced rows are, some of them missing, and the number of each; None if they are not even.

    >>> spacing([0.25, 0.5, 1.0])
    (0.25, [1.0, 2.0, 4.0])
    """
    n = len(epochs)
    if n < 2 or not all(map(math.isfinite, epochs)) or not 0 <= epochs[0] < epochs[-1]:
        return None
    rough = sorted(b - a for a, b in pairwise(epochs))[n // 2 - 1]
    decimals = max(len(repr(epoch).partition(".")[2]) for epoch in epochs)
    slack = 0.51 * 10.0 ** -min(decimals, 4)  # what a printed epoch was rounded by
    if decimals > 2 and all(float(f"{epoch:.4g}") == epoch for epoch in epochs):
        slack = 0.51 * 10.0 ** (math.floor(math.log10(epochs[-1])) - 3)  # to 4 digits, as newer Trainers print it
    if not rough > 2 * slack:
        slack = 1e-9  # 0.1, 0.2, 0.3: rows as near as that are told apart only where nothing was rounded
    if not rough > 2 * slack:
        return None
    for last in dict.fromkeys((round(epochs[-1] / rough), n, n + 1)):
        step = epochs[-1] / last if last > 0 else math.inf
        numbers = [round(epoch / step) for epoch in epochs]
        near = all(abs(epoch - k * step) <= slack * (1 + k / last) for epoch, k in zip(epochs, numbers, strict=True))
        if near and all(a < b for a, b in pairwise((0 if epochs[0] else -1, *numbers))):
            return step, list(map(float, numbers))
    return None


def whole_positions(positions: Sequence[float]) -> Sequence[int] | None:
    """Positions as whole numbers, a range where they go in equal strides; None where they are not whole.

    >>> whole_positions([10.0, 20.0, 30.0]), whole_positions([0.5, 1.0])
    (range(10, 31, 10), None)
    """
    first = float(positions[0])
    stride = positions[1] - first if len(positions) > 1 else 1.0
    if first.is_integer() and stride.is_integer() and stride > 0:
        even = range(int(first), int(first) + (len(positions) - 1) * int(stride) + 1, int(stride))
        if all(map(eq, positions, even)):
            return even
    with suppress(ValueError, OverflowError):  # NaN, infinite, or farther than any step
        at = array("q", map(int, positions))
        if all(map(eq, at, positions)):
            return at
    return None
