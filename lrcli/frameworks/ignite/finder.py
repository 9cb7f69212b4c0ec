"""ignite: `FastaiLRFinder().lr_suggestion()`.

Its loop records 0.05 * loss + 0.95 * previous and stops where that is above 5 times its best. The learning rate it
logs is the one that the next step uses.
Source: ignite/handlers/lr_finder.py.
"""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.finders import Choice, Finder, argmin, blended, gradient, remark_on, window


def smooth(losses: Sequence[float]) -> list[float]:
    """What the loop records, with its default smooth_f=0.05."""
    return blended(losses, 0.05)


def choose(lrs: Sequence[float], losses: Sequence[float], skip_start: int, skip_end: int) -> tuple[Choice, ...]:
    """The point before the lowest loss where the loss falls most from its left neighbour to its right one.

    Computed in single precision. A NaN counts as the lowest loss and as the smallest slope.
    """
    kept = window(len(lrs), skip_start, skip_end)
    kept_losses = singles([losses[i] for i in kept])
    before = kept_losses[: argmin(kept_losses) + 1] if kept_losses else []
    if len(before) < 3:
        return (("lr_suggestion", None, "lowest too early"),)
    slopes = gradient(before, f32)[1:-1]
    at = argmin(slopes)
    return (("lr_suggestion", lrs[kept[at + 1]], remark_on(slopes, at)),)


FINDER = Finder("ignite", "0.5.5", 40, 0, 0, "take NaN for the lowest", smooth, choose)
