"""Where an explanation takes its numbers from: the spec's formula, a replay, another group, a schedule with one change.

A source is a function: the learning rates of schedule steps, in any order; NaN where there is none.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from itertools import accumulate, pairwise
from typing import Any

from lrcli.errors import LrcliError
from lrcli.frameworks.replaying import replaying
from lrcli.infer.effort import spend
from lrcli.logs import Rounding
from lrcli.logs.rounding import quantise
from lrcli.schedules.base import Schedule
from lrcli.series.base import WALKED
from lrcli.spec import Spec
from lrcli.values import dataclass

BLOCK = 65536
FAR = 20_000
"""Steps below this one are always worth a table."""


RateSource = Callable[[Sequence[float]], list[float]]
"""The learning rates of these schedule steps."""


@dataclass(frozen=True)
class Formula:
    """A schedule's own formula. Steps between two steps have a value, too."""

    schedule: Schedule
    base_lr: float
    _table: array[float] = field(default_factory=lambda: array("d"), compare=False, repr=False)

    def __call__(self, ts: Sequence[float]) -> list[float]:
        """From a table where the steps are dense or each needs those before it, else one by one."""
        top = max(ts, default=0)
        whole = all(t.__class__ is int for t in ts)
        walks = not self.schedule.stands_alone()
        if whole and (walks or top < max(len(self._table), FAR, 4 * len(ts))):
            table = self._upto(min(int(top) + 1, WALKED))
            spend(len(ts) // 8)
            return [table[t] if t < WALKED else math.nan for t in ts]  # type: ignore[call-overload]
        spend(2 * len(ts) + (int(top) if walks and top < WALKED else 0))
        return [self.one(t) if not walks or t < WALKED else math.nan for t in ts]

    def _upto(self, stop: int) -> array[float]:
        table = self._table
        while len(table) < stop:
            start = len(table)
            end = min(max(stop, 2 * start, 256), start + BLOCK)
            spend(end - start)
            try:
                table.extend(self.schedule.lrs(self.base_lr, start, end))
            except (LrcliError, ArithmeticError, ValueError, IndexError):
                table.extend(self.one(t) for t in range(start, end))
        return table

    def one(self, t: float) -> float:
        """The learning rate of one step, NaN where there is none."""
        try:
            return float(self.schedule.lr_at(t, self.base_lr))  # type: ignore[arg-type]
        except (LrcliError, ArithmeticError, ValueError, IndexError, TypeError):
            return math.nan


@dataclass(frozen=True)
class Replayed:
    """What a release computes or reads in the training loop: spec.emulation says which, `reading` what is looked at.

    reach: how far it is walked; later steps have no value.
    """

    spec: Spec
    group: int
    reading: str
    reach: int = WALKED
    _table: array[float] = field(default_factory=lambda: array("d"), compare=False, repr=False)
    _loops: list[Any] = field(default_factory=list, compare=False, repr=False)

    @property
    def release(self) -> str:
        """The minor line of PyTorch that is replayed."""
        assert self.spec.emulation is not None
        return self.spec.emulation.release

    def __call__(self, ts: Sequence[float]) -> list[float]:
        """From the table of all steps so far; a step before the first, between two or too far away has no value."""
        assert self.spec.emulation is not None
        first = self.spec.emulation.last_epoch + 1
        table = self._upto(int(max(ts, default=0)) + 1 - first)
        n = len(table) + first
        return [table[t - first] if t.__class__ is int and first <= t < n else math.nan for t in ts]

    def _upto(self, n: int) -> array[float]:
        table = self._table
        try:
            if not self._loops:
                self._loops.append(replaying().training_loop(self.spec, self.group))
            while len(table) < min(n, self.reach):
                left = self.spec.length - len(table)  # a release may refuse the step after the run's last
                size = min(max(n - len(table), 256), BLOCK, *([left] if left > 0 else []))
                spend(2 * size)
                taken = self._loops[0].take(size, ("lr", self.reading))[self.reading]
                table.extend(math.nan if value is None else value for value in taken)
        except LrcliError:  # refused, or no release replays it
            table.extend([math.nan] * (min(n, self.reach) - len(table)))
        return table


def mean_of(sources: Sequence[RateSource]) -> RateSource:
    """The mean of several parameter groups."""
    return lambda ts: [math.fsum(rates) / len(rates) for rates in zip(*(source(ts) for source in sources), strict=True)]


def averaged(source: RateSource, n: int, start: int) -> RateSource:
    """The mean over n steps that begin `start` steps after t; before the run there is none."""

    def at(ts: Sequence[float]) -> list[float]:
        spend(len(ts) * n // 8)
        windows = [(max(int(t) + start, 0), int(t) + start + n) for t in ts]
        first, last = min((a for a, _ in windows), default=0), max((b for _, b in windows), default=0)
        if last - first <= len(ts) * n:  # they lie side by side, or over each other
            rates = source(range(first, last))
            return [math.fsum(rates[a - first : b - first]) / (b - a) if b > a else math.nan for a, b in windows]
        rates = source([i for a, b in windows for i in range(a, b)])
        ends = list(accumulate((max(b - a, 0) for a, b in windows), initial=0))
        return [math.fsum(rates[a:b]) / (b - a) if b > a else math.nan for a, b in pairwise(ends)]

    return at


def averaged_within(source: RateSource, n: int) -> RateSource:
    """The mean over n values from t on, each 1/n later: an epoch that is one step of a schedule."""

    def at(ts: Sequence[float]) -> list[float]:
        spend(len(ts) * n // 8)
        rates = source([t + i / n for t in ts for i in range(n)])
        return [math.fsum(rates[i : i + n]) / n for i in range(0, len(rates), n)]

    return at


def switched(before: RateSource, after: RateSource, row: float) -> RateSource:
    """One source before a step, another one from there on."""
    return lambda ts: [a if t < row else b for t, a, b in zip(ts, before(ts), after(ts), strict=True)]


def floored(source: RateSource, floor: float) -> RateSource:
    """max(s(t), floor): a floor that is cut in, not built into the formula."""
    return lambda ts: [max(rate, floor) for rate in source(ts)]


def held_at(source: RateSource, stop: int) -> RateSource:
    """A schedule that stays where it is at a step, as many tools stay at the end of a decay."""
    return lambda ts: source([min(t, stop) for t in ts])


def patched(source: RateSource, rates: dict[float, float]) -> RateSource:
    """A source with other values at a few steps."""
    return lambda ts: [rates.get(t, rate) for t, rate in zip(ts, source(ts), strict=True)]


def written(source: RateSource, rounding: Rounding, factor: float) -> RateSource:
    """A source times a factor, as a log with few digits holds it."""
    return lambda ts: [quantise(factor * rate, rounding) for rate in source(ts)]


def before_step(n: float, before: Callable[[float], float], after: RateSource) -> RateSource:
    """A formula before step n, a source from there on.

    >>> before_step(2, lambda t: t / 2, lambda ts: [1.0] * len(ts))([0, 1, 2])
    [0.0, 0.5, 1.0]
    """
    return lambda ts: [before(t) if t < n else after([t])[0] for t in ts]


def sped_up(before: RateSource, after: RateSource, start: int, pace: float) -> RateSource:
    """One source before a step, and from there on another one from its step 0, `pace` steps of it at each step.

    >>> sped_up(lambda ts: [9.0] * len(ts), lambda ts: list(ts), 2, 3.0)([0, 2, 3])
    [9.0, 0, 3]
    """

    def later(ts: Sequence[float]) -> list[float]:
        steps = [pace * (t - start) for t in ts]
        return after([int(step) if step % 1 == 0 else step for step in steps])

    return before_step(start, lambda t: before([t])[0], later)


def product(decay: RateSource, share: Callable[[float], float], start: float = 0.0) -> RateSource:
    """A decay times a warmup's factor, which rises from `start` to 1 with the share of the warmup that is done."""
    return lambda ts: [rate * (start + (1 - start) * min(1.0, share(t))) for t, rate in zip(ts, decay(ts), strict=True)]


def keras_1_plateau(plateau: Any, base_lr: float) -> RateSource:
    """A plateau as Keras 1.1 counts it: it looks before it counts, and no reduction sets the counter back."""
    lr, wait = base_lr, 0
    best = math.inf if plateau.mode == "min" else -math.inf
    lrs = [lr]
    for value in plateau.metric:
        if value < best - plateau.threshold if plateau.mode == "min" else value > best + plateau.threshold:
            best, wait = value, 0
        else:
            if wait >= plateau.patience:
                lr = max(lr * plateau.factor, plateau.min_lr)
            wait += 1
        lrs.append(lr)
    return lambda ts: [lrs[int(t)] if 0 <= t < len(lrs) and t == int(t) else math.nan for t in ts]


def plain_source(spec: Spec, group: int, reading: str) -> Formula | Replayed:
    """What the spec itself asks for: its formula, or the replay and reading that it names."""
    if spec.emulation is None:
        return Formula(spec.groups[group].schedule, spec.groups[group].base_lr)
    return Replayed(replace(spec, notes=()), group, reading)
