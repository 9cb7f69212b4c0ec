"""torch-lr-finder: the suggestion of `lr_finder.plot(skip_start=10, skip_end=5)`.

Its loop records 0.05 * loss + 0.95 * previous and stops where that is above 5 times its best.
Source: torch_lr_finder/lr_finder.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.find import Suggestion
from lrcli.find.float32 import argmin, blended, gradient
from lrcli.find.steepest import remark_on, window

TOOL, VERSION = "torch-lr-finder", "0.2.2"
SKIP_START = 10
SKIP_END = 5


def smooth(losses: Sequence[float]) -> list[float]:
    """What the loop records, with its default smooth_f=0.05."""
    return blended(losses, 0.05)


def suggest(
    lrs: Sequence[float], losses: Sequence[float], skip_start: int | None = None, skip_end: int | None = None
) -> tuple[Suggestion, ...]:
    """The point where numpy.gradient(losses) is smallest: the slope from point to point, whatever lies between them.

    A NaN counts as the smallest slope of all.
    """
    skip_start = SKIP_START if skip_start is None else skip_start
    skip_end = SKIP_END if skip_end is None else skip_end
    kept = window(len(lrs), skip_start, skip_end)
    if len(kept) < 2:
        return (Suggestion(TOOL, VERSION, "plot", None, f"needs 2 points, has {len(kept)}"),)
    slopes = gradient([losses[i] for i in kept])
    at = argmin(slopes)
    return (Suggestion(TOOL, VERSION, "plot", lrs[kept[at]], remark_on(slopes, at)),)
