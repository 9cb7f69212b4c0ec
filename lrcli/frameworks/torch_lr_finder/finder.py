"""torch-lr-finder: the suggestion of `lr_finder.plot(skip_start=10, skip_end=5)`.

Its loop records 0.05 * loss + 0.95 * previous and stops where that is above 5 times its best.
Source: torch_lr_finder/lr_finder.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.finders import Choice, Finder, argmin, blended, gradient, remark_on, window


def smooth(losses: Sequence[float]) -> list[float]:
    """What the loop records, with its default smooth_f=0.05."""
    return blended(losses, 0.05)


def choose(lrs: Sequence[float], losses: Sequence[float], skip_start: int, skip_end: int) -> tuple[Choice, ...]:
    """The point where numpy.gradient(losses) is smallest: the slope from point to point, whatever lies between them.

    A NaN counts as the smallest slope of all.
    """
    kept = window(len(lrs), skip_start, skip_end)
    if len(kept) < 2:
        return (("plot", None, f"needs 2 points, has {len(kept)}"),)
    slopes = gradient([losses[i] for i in kept])
    at = argmin(slopes)
    return (("plot", lrs[kept[at]], remark_on(slopes, at)),)


FINDER = Finder("torch-lr-finder", "0.2.2", 20, 10, 5, "take NaN for the lowest", smooth, choose)
