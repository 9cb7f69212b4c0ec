"""All suggestions for one range test, side by side, with what speaks against them."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, replace
from statistics import median

from lrcli.errors import LrcliError
from lrcli.find import Points
from lrcli.find.smith import LossShape, shape_of
from lrcli.frameworks.finders import Suggestion, finders, smoothed

FAR_APART = 10.0
"""Suggestions that differ by more than this factor are warned about."""

_SINGLE = 1e-6
"""Learning rates that differ by less than this are the same: some tools return them in single precision."""

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
