"""Round values on axes, and counts beside them."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Sequence

from lrcli.printable import number_text


def compact(value: float) -> str:
    """A count for an axis: in full up to five digits, then in thousands (k), millions (M) and so on.

    >>> [compact(x) for x in (0, 2500, 100080, 1e6, 2.5e9, 0.25)]
    ['0', '2500', '100.1k', '1M', '2.5G', '0.25']
    """
    if abs(value) < 1e5:
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    for power, suffix in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if abs(value) >= 10**power and abs(value) < 10 ** (power + 4):
            return f"{value / 10**power:.4g}{suffix}"
    return number_text(value, 4)


def count_labels(counts: Sequence[float]) -> list[str]:
    """Counts for one axis: short ones, in full where those would not differ.

    >>> count_labels([0, 50_000, 100_000]), count_labels([1_000_000_020, 1_000_000_040])
    (['0', '50k', '100k'], ['1000000020', '1000000040'])
    """
    labels = [compact(value) for value in counts]
    if any("k" in label for label in labels):
        labels = [f"{v / 1000:.4g}k" if 1000 <= v < 1e5 else label for v, label in zip(counts, labels, strict=True)]
    return labels if len(set(labels)) == len(labels) else [f"{value:.0f}" for value in counts]


def _steps(least: float) -> Iterator[tuple[int, int]]:
    """Round steps (m, e), each m * 10**e with m one of 1, 2 and 5, from about `least` on."""
    for exponent in range(math.floor(math.log10(least)) if least > 0 else 0, sys.float_info.max_10_exp + 1):
        for mantissa in (1, 2, 5):
            yield mantissa, exponent


def _multiples(low: float, high: float, mantissa: int, exponent: int) -> list[float]:
    step = mantissa * 10.0**exponent
    first, last = math.ceil(low / step - 1e-10), math.floor(high / step + 1e-10)
    # through text, so that 3 * 0.1 is 0.3
    return [float(f"{k * mantissa}e{exponent}") for k in range(first, last + 1)]


def linear_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values between low and high, at least one where there is room.

    >>> linear_ticks(0, 0.1, 6)
    [0.0, 0.02, 0.04, 0.06, 0.08, 0.1]
    """
    tenths = 10 * max(most, 1)
    steps = _steps(high / tenths - low / tenths)  # high - low may be too large for a double
    candidates = (_multiples(low, high, m, e) for m, e in steps if high / (m * 10.0**e) - low / (m * 10.0**e) < most)
    return next((ticks for ticks in candidates if len(ticks) <= most), [])


def value_labels(ticks: Sequence[float]) -> list[str]:
    """The ticks as numbers, with more digits where six would not tell them apart.

    >>> value_labels([0.0, 5e-05, 0.0001]), value_labels([1.0000001, 1.0000002])
    (['0', '5e-05', '0.0001'], ['1.0000001', '1.0000002'])
    """
    labels = [number_text(tick) for tick in ticks]
    return labels if len(set(labels)) == len(labels) else [number_text(tick, 12) for tick in ticks]


_LEAST, _GREATEST = math.log10(5e-324), math.log10(sys.float_info.max)


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """At most `most` round values between 10**low and 10**high: decades, finer or coarser as there is room.

    >>> log_ticks(-4, -1, 6)
    [0.0001, 0.001, 0.01, 0.1]
    >>> log_ticks(-4, -3, 6)
    [0.0001, 0.0002, 0.0005, 0.001]
    """
    low, high = max(low - 1e-9, _LEAST), min(high + 1e-9, _GREATEST)
    decades = range(math.ceil(low), math.floor(high) + 1)
    for mantissas in ((1, 2, 5), (1, 3)):
        fine = [float(f"{m}e{d}") for d in range(math.floor(low), math.floor(high) + 1) for m in mantissas]
        fine = [tick for tick in fine if tick and low <= math.log10(tick) <= high]
        if 3 <= len(fine) <= most:
            return fine
    if len(decades) < 2:
        return linear_ticks(10**low, 10**high, max(most // 2, 1))
    coarser = ([d for d in decades if d % every == 0] for every in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500))
    return [float(f"1e{d}") for d in next(chosen for chosen in coarser if len(chosen) <= most)]


def x_ticks(low: float, high: float, most: int, fits: Callable[[Sequence[float]], bool]) -> list[float]:
    """Round positions from low to high in whole units, as many as fit, at most `most`."""
    steps = _steps(max((high - low) / max(most, 1) / 10, 1))
    whole = ((m, e) for m, e in steps if e >= 0 and (high - low) / (m * 10.0**e) <= most)
    candidates = (_multiples(low, high, m, e) for m, e in whole)
    return next((ticks for ticks in candidates if len(ticks) < 2 or fits(ticks)), []) or [low]
