"""Positions on the command line (`30`, `30ep`, `500st`, `10%`) -> row indices."""

from __future__ import annotations

from lrcli.errors import LrcliError
from lrcli.spec import Spec

_FARTHEST = 2**53
"""From here on not every step is a float, and no run is that long."""


def row_of(text: str, spec: Spec, what: str) -> int:
    """The row that a position names: a bare number counts the spec's own rows. `what` is what the user calls it."""
    from lrcli.reader.units import Clock, UnitError, position

    try:
        row = position(text, spec.length, Clock(spec.interval, spec.steps_per_epoch))
    except UnitError as exc:
        raise LrcliError(f"{what}: {exc}") from exc
    if not 0 <= row < _FARTHEST:
        raise LrcliError(f"{what}: {text} must be at least 0" if row < 0 else f"{what}: {text} is too far")
    return row


def rows_of(text: str, spec: Spec, first: int) -> range:
    """The rows of `--range A:B` among those that there are, first <= t < spec.length; it may be none."""
    low, colon, high = text.partition(":")
    if not colon:
        raise LrcliError(f"--range wants A:B, e.g. 10:20, 30ep: or :50%. Received: {text!r}")
    start = row_of(low, spec, "--range") if low.strip() else first
    stop = row_of(high, spec, "--range") if high.strip() else spec.length
    if low.strip() and high.strip() and stop <= start:
        raise LrcliError(f"--range A:B wants A before B. Received: {text!r}")
    return range(max(first, start), min(spec.length, stop))


def outside(text: str, spec: Spec, first: int) -> LrcliError:
    """The error of a range that holds no row."""
    return LrcliError(f"--range {text} holds no {spec.interval} of the run, which has {first} to {spec.length - 1}")
