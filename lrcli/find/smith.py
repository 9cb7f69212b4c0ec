"""Smith's bounds of a range test, and what its curve looks like.

Smith (arXiv:1506.01186, section 3.3) reads two learning rates off the plot by eye: base_lr, where the loss begins to
fall, and max_lr, where the fall slows, gets ragged or turns. Here that is a rule. All of it is said of the running
median of the finite losses (of 3 to 51, a twentieth of them), in which a single stray loss does not count:

    start      the median of its first tenth (three values at least)
    fall       start minus its lowest value; there is one if it is more than five times the noise (and 0.1 % of start)
    noise      the standard deviation that is left in the running median, from how the losses differ from the mean of
               their neighbours
    max_lr     the lowest value before the first turn: the first value that is more than a tenth of the fall (and more
               than four times the noise) above the lowest before it, once half of the fall is done
    base_lr    the last value before max_lr at which less than a tenth of the fall is done; it lies below the test where
               the first tenth of the values holds a twentieth of the fall (and more than three times the noise)
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from lrcli.find import Points

_LEAST = 8
"""Nothing can be said about a curve of fewer finite points."""

_CLEAR = 5.0
"""A fall or a rise counts if it is so many times the noise: noise alone hardly ever reaches that."""


@dataclass(frozen=True)
class LossShape:
    """What a range test's curve looks like.

    kind: "short" (too few points), "flat" (no fall beyond the noise), "rising" (a rise, and no such fall), "falling"
    (it still falls at the last learning rate), "turning" (it falls and turns) or "diverging" (it falls and ends in NaN
    or infinity). base_lr and max_lr: Smith's bounds, None where the curve does not show them. start, lowest: the loss
    there. not_finite: how many losses are NaN or infinite; lost_at: the learning rate of the first of them.
    """

    kind: str
    base_lr: float | None = None
    max_lr: float | None = None
    start: float | None = None
    lowest: float | None = None
    not_finite: int = 0
    lost_at: float | None = None

    @property
    def falls(self) -> bool:
        return self.kind in ("falling", "turning", "diverging")


def shape_of(points: Points) -> LossShape:
    lost = [i for i, loss in enumerate(points.losses) if not math.isfinite(loss)]
    kept = [i for i, loss in enumerate(points.losses) if math.isfinite(loss)]
    lost_at = points.lrs[lost[0]] if lost else None
    if len(kept) < _LEAST:
        return LossShape("short", not_finite=len(lost), lost_at=lost_at)
    lrs = [points.lrs[i] for i in kept]
    losses = [points.losses[i] for i in kept]
    width = 2 * max(1, min(25, len(losses) // 40)) + 1
    curve = running_median(losses, width)
    noise = 1.25 * _noise(losses) / math.sqrt(width)
    head = curve[: max(3, len(curve) // 10)]
    start = median(head)
    lowest = min(curve)
    fall = start - lowest
    least = max(_CLEAR * noise, 1e-3 * abs(start))
    if not fall > least:
        kind = "rising" if curve[-1] - start > least else "flat"
        return LossShape(kind, start=start, lowest=lowest, not_finite=len(lost), lost_at=lost_at)
    top, turned = _turn(curve, start, fall, noise)
    base = None
    if head[0] - head[-1] <= max(fall / 20, 3 * noise):
        base = next((i for i in range(top, -1, -1) if curve[i] > start - fall / 10), None)
    ends = "diverging" if lost and lost[-1] > kept[top] else "falling"
    return LossShape(
        "turning" if turned else ends,
        base_lr=None if base is None else lrs[base],
        max_lr=lrs[top] if turned or ends == "diverging" else None,
        start=start,
        lowest=curve[top],
        not_finite=len(lost),
        lost_at=lost_at,
    )


def _turn(curve: Sequence[float], start: float, fall: float, noise: float) -> tuple[int, bool]:
    rise = max(fall / 10, 4 * noise)
    best = 0
    for i, loss in enumerate(curve):
        if loss < curve[best]:
            best = i
        elif curve[best] < start - fall / 2 and loss > curve[best] + rise:
            return best, True
    return best, False


def _noise(losses: Sequence[float]) -> float:
    """The standard deviation of the losses' noise. What is straight adds nothing to it, however steep it is."""
    bends = [abs(a - 2 * b + c) for a, b, c in zip(losses, losses[1:], losses[2:], strict=False)]
    return 1.4826 * median(bends) / math.sqrt(6)


def running_median(losses: Sequence[float], width: int) -> list[float]:
    """The median of so many losses (an odd number) around each, at either end of the first or the last so many.

    >>> running_median([5.0, 4.0, 9.0, 2.0, 1.0], 3)
    [5.0, 5.0, 4.0, 2.0, 2.0]
    """
    ordered = sorted(losses[:width])
    middle = width // 2
    result = [ordered[middle]] * (middle + 1)
    for left, entering in zip(losses, losses[width:], strict=False):
        del ordered[bisect_left(ordered, left)]
        insort(ordered, entering)
        result.append(ordered[middle])
    return result + [ordered[middle]] * middle
