"""The rule that most tools share in some form: the learning rate where the loss falls most steeply."""

from __future__ import annotations

import math
from collections.abc import Sequence


def remark_on(slopes: Sequence[float], at: int) -> str:
    """What speaks against the point that an argmin of the slopes chose; "" for nothing."""
    slope = slopes[at]
    if not math.isfinite(slope):
        return "beside NaN or inf"
    if slope >= 0:
        return "the loss falls nowhere"
    if at == 0:
        return "its first point"
    return "its last point" if at == len(slopes) - 1 else ""


def window(count: int, skip_start: int, skip_end: int) -> range:
    """The indices that are left of so many points.

    >>> window(100, 10, 5), window(8, 10, 5)
    (range(10, 95), range(8, 8))
    """
    start = min(skip_start, count)
    return range(start, max(start, count - skip_end))
