"""Where learning rates come from: a schedule's formula, a replay, a plateau of Keras 1. NaN is where there is none."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import field, replace
from itertools import pairwise
from typing import Any

from lrcli.errors import LrcliError
from lrcli.frameworks.replaying import replaying
from lrcli.infer.effort import spend
from lrcli.infer.transforms import RateSource
from lrcli.schedules.base import Schedule
from lrcli.series.base import WALKED
from lrcli.spec import Spec
from lrcli.values import dataclass

BLOCK = 65536
NO_VALUE = (LrcliError, ArithmeticError, ValueError, IndexError, TypeError)
"""What a schedule raises at a step where it has no learning rate."""

SINGLES = 3
"""So many times as long takes a learning rate in single precision, which is rounded after each operation."""

FAR = 20_000
"""Steps below this one are always worth a table."""


@dataclass(frozen=True)
class Formula:
    """A schedule's own formula. Steps between two steps have a value, too."""

    schedule: Schedule
    base_lr: float
    _table: array[float] = field(default_factory=lambda: array("d"), compare=False, repr=False)

    def __call__(self, ts: Sequence[float]) -> list[float]:
        """From a table where the steps are dense or each needs those before it, else one by one."""
        walks = not self.schedule.stands_alone()
        if ts.__class__ is range and ts.step == 1 and ts and not walks:
            start, stop = ts[0], ts[-1] + 1
            if stop <= len(self._table):
                spend(len(ts) // 16)
                return self._table[start:stop].tolist()
            if start > len(self._table):
                return self._block(start, stop)
        top = max(ts, default=0)
        whole = all(t.__class__ is int for t in ts)
        if whole and (walks or top < max(len(self._table), FAR, 4 * len(ts))):
            table = self._upto(min(int(top) + 1, WALKED))
            spend(len(ts) // 8)
            return [table[t] if t < WALKED else math.nan for t in ts]  # type: ignore[call-overload]
        if whole and not walks:
            return self.apart(ts)
        spend(2 * len(ts) + (int(top) if walks and top < WALKED else 0))
        return [self.one(t) if not walks or t < WALKED else math.nan for t in ts]

    def apart(self, ts: Sequence[float]) -> list[float]:
        """The learning rates of whole steps that lie apart, each computed alone."""
        spend(2 * len(ts))
        try:
            if all(a <= b for a, b in pairwise(ts)):
                return [*self.schedule.lrs_at(self.base_lr, ts)]  # type: ignore[arg-type]
        except NO_VALUE:
            pass
        return [self.one(t) for t in ts]

    def _upto(self, stop: int) -> array[float]:
        table = self._table
        while len(table) < stop:
            start = len(table)
            table.extend(self._block(start, min(max(stop, 2 * start, 256), start + BLOCK)))
        return table

    def _block(self, start: int, stop: int) -> list[float]:
        """The learning rates of steps side by side, which cost half of what single ones do."""
        spend((stop - start) // 2 * (SINGLES if getattr(self.schedule, "dtype", "") == "float32" else 1))
        try:
            return [*self.schedule.lrs(self.base_lr, start, stop)]
        except NO_VALUE:
            return [self.one(t) for t in range(start, stop)]

    def one(self, t: float) -> float:
        """The learning rate of one step, NaN where there is none."""
        try:
            return float(self.schedule.lr_at(t, self.base_lr))  # type: ignore[arg-type]
        except NO_VALUE:
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
