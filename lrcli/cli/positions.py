"""Positions on the command line (`30`, `30ep`, `500st`, `10%`) -> row indices."""

from __future__ import annotations

from typing import NamedTuple

from lrcli.errors import LrcliError, Unreadable
from lrcli.series import Series


class Axis(NamedTuple):
    """What rows are counted by: the first row, the end of the run, and their unit."""

    unit: str
    start: int
    stop: int
    steps_per_epoch: int | None


_FARTHEST = 2**53
"""From here on not every step is a float, and no run is that long."""


def named_row(text: str, run: Series | Axis, what: str) -> int:
    """The row that a position names: a bare number counts the run's own rows. `what` is what the user calls it."""
    from lrcli.reader.units import RowClock, position

    try:
        row = position(text, run.stop, RowClock(run.unit, run.steps_per_epoch))
    except Unreadable as exc:
        raise LrcliError(f"{what}: {exc}") from exc
    if not 0 <= row < _FARTHEST:
        raise LrcliError(f"{what}: {text} must be at least 0" if row < 0 else f"{what}: {text} is too far")
    return row


def rows_in_range(text: str, run: Series | Axis) -> range:
    """The rows of `--range A:B` among those that there are; it may be none."""
    low, colon, high = text.partition(":")
    if not colon:
        raise LrcliError(f"--range wants A:B, e.g. 10:20, 30ep: or :50%. Received: {text!r}")
    start = named_row(low, run, "--range") if low.strip() else run.start
    stop = named_row(high, run, "--range") if high.strip() else run.stop
    if low.strip() and high.strip() and stop <= start:
        raise LrcliError(f"--range A:B wants A before B. Received: {text!r}")
    return range(max(run.start, start), min(run.stop, stop))


def outside(text: str, run: Series | Axis) -> LrcliError:
    """The error of a range that holds no row."""
    return LrcliError(f"--range {text} holds no {run.unit} of the run, which has {run.start} to {run.stop - 1}")
