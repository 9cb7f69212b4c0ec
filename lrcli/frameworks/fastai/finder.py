"""fastai: `learn.lr_find(suggest_funcs=(valley, slide, minimum, steep))`.

lr_find drops the first tenth of the points and the last five, cuts at the first NaN, and computes in single precision.
Its loop records a moving average of the loss and stops where that is above 4 times its best.
Source: fastai/callback/schedule.py.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeAlias

from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.finders import Choice, Finder, RoundTo, argmin, divide, gradient, remark_on, window

Point: TypeAlias = "tuple[int, str]"
"""The index of a point, and what speaks against it."""

_LR_DIFF = 15
_THRESH = 0.005


def smooth(losses: Sequence[float]) -> list[float]:
    """The moving average that the loop records: beta 0.98, without the bias of its start, in single precision.

    It is torch.lerp(loss, average, 0.98), which in singles is average - (average - loss) * (1 - 0.98), the product and
    the difference rounded once.
    """
    beta, average, result = 0.98, 0.0, []
    rest = f32(1.0 - f32(beta))
    for count, loss in enumerate(singles(losses), 1):
        average = f32(average - f32(average - loss) * rest)
        result.append(f32(divide(average, f32(1 - beta**count))))
    return result


def choose(lrs: Sequence[float], losses: Sequence[float], skip_start: int, skip_end: int) -> tuple[Choice, ...]:
    """The four suggestions of lr_find."""
    kept = window(len(lrs), skip_start, skip_end)
    kept_lrs, kept_losses = singles([lrs[i] for i in kept]), singles([losses[i] for i in kept])
    nan = next((i for i, loss in enumerate(kept_losses) if math.isnan(loss)), len(kept_losses))
    return choose_from(kept_lrs[:nan], kept_losses[:nan], f32)


def choose_from(lrs: Sequence[float], losses: Sequence[float], to: RoundTo = float) -> tuple[Choice, ...]:
    """The four functions called with these very points, in single (`f32`) or double precision."""
    return (
        _choice("valley", lrs, valley(losses)),
        _choice("slide", lrs, slide(losses, to), needs=1 + _LR_DIFF),
        _choice("minimum", lrs, minimum(losses), divisor=10.0),
        _choice("steep", lrs, steep(lrs, losses, to), needs=2),
    )


def _choice(rule: str, lrs: Sequence[float], point: Point | None, needs: int = 1, divisor: float = 1.0) -> Choice:
    if point is None:
        return rule, None, f"needs {needs} point{'s' * (needs > 1)}, has {len(lrs)}"
    at, remark = point
    return rule, lrs[at] / divisor, remark


def valley(losses: Sequence[float]) -> Point | None:
    """Two thirds into the longest falling stretch, which may leave out points that rise.

    The stretch is the longest strictly decreasing subsequence. Its start is taken to be its end minus its length, which
    is a later point than its first wherever it leaves out some.
    """
    if not losses:
        return None
    lengths = _falling(losses)
    end = lengths.index(max(lengths))
    if lengths[end] == 1:
        return 0, "the loss falls nowhere"
    start = end - lengths[end]
    third = (end - start) / 3
    return start + int(third) + int(third / 2), ""


def _falling(losses: Sequence[float]) -> list[int]:
    """The length of the longest strictly decreasing subsequence that ends at each point. A NaN is in none."""
    lengths: list[int] = []
    last: list[float] = []  # of all subsequences of length i + 1 so far the greatest last loss, negated
    for loss in losses:
        if math.isnan(loss):
            lengths.append(1)
            continue
        i = bisect_left(last, -loss)
        last[i : i + 1] = [-loss]
        lengths.append(i + 1)
    return lengths


def slide(losses: Sequence[float], to: RoundTo = float) -> Point | None:
    """The left end of a window of 16 points that slides down from the last one while the slopes at its ends differ."""
    if len(losses) <= _LR_DIFF:
        return None
    slopes = gradient(losses, to)
    thresh = to(_THRESH)
    left = start = len(losses) - 1 - _LR_DIFF
    while left >= 0 and abs(to(slopes[left + _LR_DIFF] - slopes[left])) > thresh:
        start = left
        left -= 1
    if left < 0:
        return start, "slid to the start"
    return start, "" if left < len(losses) - 1 - _LR_DIFF else "did not slide"


def minimum(losses: Sequence[float]) -> Point | None:
    """The point of the lowest loss; fastai suggests a tenth of its learning rate."""
    if not losses:
        return None
    at = argmin(losses)
    if math.isnan(losses[at]):
        return at, "beside NaN or inf"
    if at == 0:
        return at, "lowest at its start"
    return at, "lowest at its end" if at == len(losses) - 1 else ""


def steep(lrs: Sequence[float], losses: Sequence[float], to: RoundTo = float) -> Point | None:
    """The left end of the interval in which the loss falls most steeply over the logarithm of the learning rate."""
    if len(losses) < 2:
        return None
    logs = [to(math.log(lr)) if lr > 0 else -math.inf for lr in lrs]
    slopes = [to(divide(to(losses[i + 1] - losses[i]), to(logs[i + 1] - logs[i]))) for i in range(len(losses) - 1)]
    at = argmin(slopes)
    return at, remark_on(slopes, at)


FINDER = Finder("fastai", "2.8.12", 10, "a tenth", 5, "cuts at the first NaN", smooth, choose)
