"""What transformers steps with a metric."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lrcli.frameworks.metered import Metered, TorchPlateau
from lrcli.frameworks.schedule import below
from lrcli.frameworks.transformers.warmups import refuse_before
from lrcli.schedules import Setting, are_numbers, choice, count, data, dataclass, flag, number

_PER_GROUP = "a number, or a list of one per group"
_of_groups = partial(are_numbers, alone=True)


@dataclass(frozen=True, kw_only=True)
class TransformersGreedy(Metered):
    """Divide the learning rate by factor after more than patience better metrics in a row, multiply after worse ones.

    A metric in a cooldown or a warmup is not looked at. Else it is better where it beats the best by threshold:

    lr(t) = min(lr / factor, max_lr)    after more than patience better ones in a row; then a warmup
            max(lr * factor, min_lr)    after more than patience others in a row; then a cooldown

    unless that changes it by eps or less. A reduction that leaves every group at its min_lr counts reset_start down;
    at 0 the learning rates, best and the counters go back to the start.

    >>> greedy = TransformersGreedy(patience=1, factor=0.5, metric=(1.0, 0.9, 0.9, 0.9, 0.9))
    >>> [greedy.lr_at(t, base_lr=0.1) for t in range(6)]
    [0.1, 0.1, 0.2, 0.2, 0.1, 0.1]

    Source: transformers.optimization.GreedyLR (run in 5.24.0), arXiv:2512.14527.
    """

    name = "transformers.greedy"
    aliases = ("GreedyLR", "get_greedy_schedule")
    value_raises = "ValueError"

    mode: str = choice("min", "min", "max", doc="whether a smaller or a larger metric is better")
    factor: float = number(
        0.95, doc="factor of a reduction; the inverse is that of a raise", example="0.5", demands=(below(1),)
    )
    patience: float = count(10, doc="metrics in a row that change nothing", example="2")
    threshold: float = number(1e-6, doc="how much better counts as better")
    threshold_mode: str = choice("abs", "rel", "abs", doc="whether the threshold is a share of the best, or absolute")
    cooldown: float = count(0, doc="metrics after a reduction that are not looked at")
    warmup: float = count(0, doc="metrics after a raise that are not looked at")
    min_lr: Any = data(1e-3, doc="the smallest learning rate", takes=_PER_GROUP, test=_of_groups)
    max_lr: Any = data(1.0, doc="the largest learning rate", takes=_PER_GROUP, test=_of_groups)
    eps: float = number(1e-8, doc="a smaller change of the learning rate is not made")
    smooth: bool = flag(False, doc="whether the metric is averaged over a window first")
    window_size: float = count(50, doc="metrics that are averaged", at_least=0)
    reset_start: float = count(500, doc="reductions at min_lr until everything starts again")

    def check_run(self, setting: Setting) -> None:
        refuse_before(self.name, setting.release)
        for field in ("min_lr", "max_lr"):
            value, groups = getattr(self, field), max(1, len(setting.lrs))
            reason = f"{field} must have one value per parameter group, {groups} here"
            self.require(not isinstance(value, tuple) or len(value) == groups, reason, field)

    def walk(self, base_lr: float) -> Iterator[float]:
        group, starts = 0, [base_lr]
        if len(self.setting.lrs) > 1:
            group = self.setting.group
            starts = [base_lr if lr is None or i == group else lr for i, lr in enumerate(self.setting.lrs)]
        lows, highs = self._per_group(self.min_lr, len(starts)), self._per_group(self.max_lr, len(starts))
        rates = list(starts)
        best = worst = math.inf if self.mode == "min" else -math.inf
        bad = good = cooldown = warmup = 0.0
        resets, average = self.reset_start, _window(self.window_size)
        is_better = self._is_better()
        yield rates[group]
        for value in self.metric:
            current = average(float(value)) if self.smooth else float(value)
            if cooldown > 0:
                cooldown, bad, good = cooldown - 1, 0, 0
            elif warmup > 0:
                warmup, bad, good = warmup - 1, 0, 0
            else:
                if is_better(current, best):
                    best, bad, good = current, 0, good + 1
                else:
                    bad, good = bad + 1, 0
                if good > self.patience:
                    rates = [self._raised(lr, high) for lr, high in zip(rates, highs, strict=True)]
                    resets, warmup, good = self.reset_start, self.warmup, 0
                elif bad > self.patience:
                    rates = [self._reduced(lr, low) for lr, low in zip(rates, lows, strict=True)]
                    if not any(lr > low for lr, low in zip(rates, lows, strict=True)):
                        resets -= 1
                        if resets <= 0:
                            rates, best, good, warmup = list(starts), worst, 0, 0
                            resets, average = self.reset_start, _window(self.window_size)
                    cooldown, bad = self.cooldown, 0
            yield rates[group]

    def _per_group(self, value: Any, groups: int) -> tuple[float, ...]:
        return tuple(map(float, value if isinstance(value, tuple) else (value,) * groups))

    def _is_better(self) -> Callable[[float, float], bool]:
        threshold, relative = self.threshold, self.threshold_mode == "rel"
        if self.mode == "min":
            factor = 1.0 - threshold
            return lambda value, best: value < (best * factor if relative else best - threshold)
        factor = 1.0 + threshold
        return lambda value, best: value > (best * factor if relative else best + threshold)

    def _raised(self, lr: float, high: float) -> float:
        new = min(lr / self.factor, high)
        return new if new - lr > self.eps else lr

    def _reduced(self, lr: float, low: float) -> float:
        new = max(lr * self.factor, low)
        return new if lr - new > self.eps else lr


def _window(size: float) -> Callable[[float], float]:
    """The running mean of the last values: the sum is kept, and what leaves the window is subtracted from it."""
    values: list[float] = []
    total = 0.0

    def average(value: float) -> float:
        nonlocal total
        values.append(value)
        total += value
        if len(values) > size:
            total -= values.pop(0)
        return total / len(values)

    return average


@dataclass(frozen=True, kw_only=True)
class TransformersReduceLROnPlateau(TorchPlateau):
    """Multiply the learning rate by factor when the metric has not got better for more than patience evaluations.

    lr(t) = the learning rate of PyTorch's ReduceLROnPlateau after t metrics: see the type `plateau`

    The Trainer steps it at each evaluation, so a row is an evaluation here.

    >>> plateau = TransformersReduceLROnPlateau(patience=1, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(5)]
    [0.1, 0.1, 0.1, 0.1, 0.05]

    Source: transformers.get_reduce_on_plateau_schedule (run in 5.24.0, with torch 2.13.0).
    """

    name = "transformers.reduce_lr_on_plateau"
    aliases = ("get_reduce_on_plateau_schedule",)

    min_lr: float = number(0, doc="the smallest learning rate", per_group=True)

    def walk(self, base_lr: float) -> Iterator[float]:
        yield from self.follow(base_lr, self.min_lr)
