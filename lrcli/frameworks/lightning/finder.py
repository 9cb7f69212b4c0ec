"""Lightning: `Tuner(trainer).lr_find(model).suggestion(skip_begin=10, skip_end=1)`.

Its loop records a moving average of the loss and stops where that is above 4 times its best.
Source: lightning/pytorch/tuner/lr_finder.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.finders import Choice, Finder, argmin, divide, remark_on, smoothed, window


def smooth(losses: Sequence[float]) -> list[float]:
    """What the loop records: beta 0.98, divided by 1 - 0.98**(k + 2) at step k.

    The exponent is one too large (global_step has been counted up already), so the first loss comes out about half as
    large as it is, and those after it climb towards what they are.
    """
    return smoothed(losses, 0.98, lead=1)


def choose(lrs: Sequence[float], losses: Sequence[float], skip_start: int, skip_end: int) -> tuple[Choice, ...]:
    """The point where torch.gradient(losses, spacing=lrs) is smallest: the slope over the learning rate itself.

    On a logarithmic ramp the smallest learning rates are closest together, so noise among them is steepest of all.
    What is not finite is left out. Computed in single precision.
    """
    if skip_end == 0:  # losses[10:-0]
        return (("suggestion", None, "skip_end 0: no points"),)
    rounded = singles(losses)
    kept = [i for i in window(len(lrs), skip_start, skip_end) if math.isfinite(rounded[i])]
    if len(kept) < 2:
        return (("suggestion", None, f"needs 2 points, has {len(kept)}"),)
    slopes = _slopes(singles([lrs[i] for i in kept]), [rounded[i] for i in kept])
    at = argmin(slopes)
    return (("suggestion", lrs[kept[at]], remark_on(slopes, at)),)


def _slopes(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """torch.gradient(ys, spacing=xs), operation by operation in single precision."""
    steps = [f32(b - a) for a, b in pairwise(xs)]
    slopes = [f32(divide(f32(ys[1] - ys[0]), steps[0]))]
    for i in range(1, len(xs) - 1):
        before, after = steps[i - 1], steps[i]
        both = f32(before + after)
        a = f32(divide(-after, f32(before * both)))
        b = f32(divide(f32(after - before), f32(before * after)))
        c = f32(divide(before, f32(after * both)))
        slopes.append(f32(f32(f32(a * ys[i - 1]) + f32(b * ys[i])) + f32(c * ys[i + 1])))
    return [*slopes, f32(divide(f32(ys[-1] - ys[-2]), steps[-1]))]


FINDER = Finder("lightning", "2.6.6", 30, 10, 1, "leaves all out", smooth, choose)
