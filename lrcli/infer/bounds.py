"""Which learning rates are reasoned about: products of two of them have to be ordinary doubles."""

from __future__ import annotations

from collections.abc import Iterable

from lrcli.errors import LrcliError

SMALLEST, LARGEST = 1e-150, 1e150


def check_magnitudes(name: str, rates: Iterable[float | None]) -> None:
    """Raise LrcliError for a learning rate that no training has: infinite, or so large or small that squares are not.

    Zero and NaN are rates of real runs.

    >>> check_magnitudes("run.csv", [0.1, 0.0, float("nan"), None])
    """
    for rate in rates:
        if rate and not SMALLEST <= abs(rate) <= LARGEST and rate == rate:
            bounds = f"only those from {SMALLEST:g} to {LARGEST:g} and 0 can be told from each other"
            raise LrcliError(f"{name}: the learning rate {rate!r} is out of range: {bounds}")
