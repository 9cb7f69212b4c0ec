"""All suggestions for one range test, side by side, with what speaks against them."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from lrcli.errors import LrcliError
from lrcli.find import Points
from lrcli.frameworks.finders import Suggestion, finders, smoothed

FAR_APART = 10.0
"""Suggestions that differ by more than this factor are warned about."""

_SINGLE = 1e-6
"""Learning rates that differ by less than this are the same: some tools return them in single precision."""

_LEAST = 8
"""Nothing can be said about a curve of fewer finite points."""

_CLEAR = 5.0
"""A fall or a rise counts if it is so many times the noise: noise alone hardly ever reaches that."""

_NO_FALL = {"short": "too few points", "flat": "no fall, only noise", "rising": "rises, does not fall"}


@dataclass(frozen=True)
class FindOptions:
    """How the points are prepared. The defaults take them as they are logged, and each tool's own skips.

    skip_start, skip_end: how many points to leave out at either end, instead of what each tool leaves out.
    smooth: "none", "own" (what each tool's own loop would have recorded of raw losses) or the beta of one moving
    average for all. stop_loss: the points end with the first loss above so many times the best before it (or the first
    that is NaN). stop_lr: they end before the first learning rate above this.
    """

    skip_start: int | None = None
    skip_end: int | None = None
    smooth: str | float = "none"
    stop_loss: float | None = None
    stop_lr: float | None = None


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


@dataclass(frozen=True)
class Spread:
    """The smallest and the largest of the suggestions, the one in the middle, and how often each fits into the next."""

    low: Suggestion
    high: Suggestion
    middle: float
    ratio: float


@dataclass(frozen=True)
class FindReport:
    """What every rule suggests, and what its suggestions stand on.

    points: those that are left after the stop rules, smoothed if one average is for all. stopped: how many are cut off.
    """

    points: Points
    suggestions: tuple[Suggestion, ...]
    shape: LossShape
    spread: Spread | None
    stopped: int = 0

    @property
    def honest(self) -> bool:
        return self.spread is not None and self.shape.falls


def find(points: Points, options: FindOptions | None = None) -> FindReport:
    """What every tool suggests from these points.

    >>> lrs = tuple(10 ** (i / 20 - 6) for i in range(100))
    >>> report = find(Points("u", lrs, tuple(2 - 1 / (1 + 1e-3 / lr) + 50 * lr for lr in lrs)))
    >>> [(s.tool, s.rule, f"{s.lr:.3g}") for s in report.suggestions if s.lr][-1]
    ('ignite', 'lr_suggestion', '0.000708')
    >>> report.shape.kind, report.honest
    ('turning', True)
    """
    options = options or FindOptions()
    used = _stopped(_smoothed(points, options), options)
    if not len(used):
        raise LrcliError(f"{points.name}: no learning rate is at most {options.stop_lr!r}, where the test is to stop")
    shape = shape_of(used)
    suggestions: list[Suggestion] = []
    for tool in finders():
        losses = tuple(tool.smooth(used.losses)) if options.smooth == "own" else used.losses
        suggestions += tool.suggest(used.lrs, losses, options.skip_start, options.skip_end)
    placed = tuple(_placed(suggestion, shape) for suggestion in suggestions)
    return FindReport(used, placed, shape, spread_of(placed), len(points) - len(used))


def _smoothed(points: Points, options: FindOptions) -> Points:
    if isinstance(options.smooth, str):
        return points
    return replace(points, losses=tuple(smoothed(points.losses, options.smooth)))


def _stopped(points: Points, options: FindOptions) -> Points:
    """The points up to where a loop with these stop rules would have ended."""
    end = len(points)
    if options.stop_lr is not None:
        end = next((i for i, lr in enumerate(points.lrs) if lr > options.stop_lr), end)
    if options.stop_loss is not None:
        best = math.inf
        for i, loss in enumerate(points.losses[:end]):
            best = min(best, loss)
            # a factor of a best loss at or below 0 means nothing
            if math.isnan(loss) or (best > 0 and loss > options.stop_loss * best):
                end = i + 1
                break
    return replace(points, lrs=points.lrs[:end], losses=points.losses[:end])


def _placed(suggestion: Suggestion, shape: LossShape) -> Suggestion:
    """The suggestion with what the curve's shape says against it, if its own rule has nothing to say."""
    lr = suggestion.lr
    if lr is None or suggestion.remark:
        return suggestion
    if not shape.falls:
        return suggestion._replace(remark=_NO_FALL[shape.kind])
    if shape.base_lr is not None and lr < shape.base_lr * (1 - _SINGLE):
        return suggestion._replace(remark="below base_lr")
    if shape.max_lr is not None and lr > shape.max_lr * (1 + _SINGLE):
        return suggestion._replace(remark="above max_lr")
    return suggestion


def loss_at(points: Points, lr: float) -> float:
    """The loss at a learning rate, between two points on the line that joins them; at either end that of the end.

    >>> loss_at(Points("a", (0.01, 1.0), (2.0, 1.0)), 0.1)
    1.5
    """
    lrs, losses = points.lrs, points.losses
    after = bisect_right(lrs, lr)
    if after == 0 or after == len(lrs):
        return losses[min(after, len(lrs) - 1)]
    low, high = math.log(lrs[after - 1]), math.log(lrs[after])
    part = (math.log(lr) - low) / (high - low)
    if min(part, 1 - part) < _SINGLE / (high - low):  # so that what is beside a NaN is not NaN itself
        return losses[after - 1 + round(part)]
    return losses[after - 1] + part * (losses[after] - losses[after - 1])


def spread_of(suggestions: tuple[Suggestion, ...]) -> Spread | None:
    pairs = [(suggestion.lr, suggestion) for suggestion in suggestions if suggestion.lr is not None]
    if not pairs:
        return None
    lrs = [lr for lr, _ in pairs]
    low, high = (pick(pairs, key=lambda pair: pair[0])[1] for pick in (min, max))
    ratio = max(lrs) / min(lrs) if min(lrs) > 0 else math.inf
    return Spread(low, high, median(lrs), ratio)


def shape_of(points: Points) -> LossShape:
    """What a curve looks like, with Smith's bounds of its range test.

    Smith (arXiv:1506.01186, section 3.3) reads two learning rates off the plot by eye: base_lr, where the loss begins
    to fall, and max_lr, where the fall slows, gets ragged or turns. Here that is a rule. All of it is said of the
    running median of the finite losses (of 3 to 51, a twentieth of them), in which a single stray loss does not count:

    start: the median of its first tenth (three values at least).
    fall: start minus its lowest value; there is one if it is more than five times the noise (and 0.1 % of start).
    noise: the standard deviation that is left in the running median, from how the losses differ from the mean of their
        neighbours.
    max_lr: the lowest value before the first turn: the first value that is more than a tenth of the fall (and more than
        four times the noise) above the lowest before it, once half of the fall is done.
    base_lr: the last value before max_lr at which less than a tenth of the fall is done; it lies below the test where
        the first tenth of the values holds a twentieth of the fall (and more than three times the noise).
    """
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
