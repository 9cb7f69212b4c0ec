"""Where a curve jumps, as against where it is steep."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.checks.numbers import KnownRows

FACTOR = 10.0
SMALL = 1e-6


def jumps(line: KnownRows) -> Iterator[tuple[int, float, float, float]]:
    """(row t, how many times apart, the LR of row t - 1, the LR of row t) of each jump of more than FACTOR.

    A jump also stands out from the changes before and after it, by its width and by its ratio: a curve that comes down
    to almost 0, and an exponential, have neighbours many times apart, and do not jump. A change from or to 0 has no
    ratio, and one far below the peak (SMALL of it) moves nothing.

    >>> list(jumps(KnownRows((0, 1, 2, 3), (1.0, 1.0, 0.0625, 0.0625), True)))
    [(2, 16.0, 1.0, 0.0625)]
    >>> list(jumps(KnownRows((0, 1, 2, 3), (1.0, 0.05, 0.0025, 0.0), True)))
    []
    """
    widths: dict[int, float] = {}
    ratios: dict[int, float] = {}
    for t, before, after in line.steps():
        widths[t], ratios[t] = abs(after - before), _ratio(before, after)
    peak = max((max(abs(before), abs(after)) for _, before, after in line.steps()), default=0.0)
    for t, before, after in line.steps():
        if ratios[t] <= FACTOR * (1 + 1e-9) or max(abs(before), abs(after)) <= SMALL * peak:
            continue
        wide = max(widths.get(t - 1, 0.0), widths.get(t + 1, 0.0))
        steep = max(ratios.get(t - 1, 1.0), ratios.get(t + 1, 1.0))
        if widths[t] >= 2 * wide and ratios[t] >= steep * steep:
            yield t, ratios[t], before, after


def _ratio(before: float, after: float) -> float:
    """How many times apart, at least 1; 1 where that has no meaning."""
    low, high = sorted((abs(before), abs(after)))
    return high / low if low and before * after > 0 else 1.0
