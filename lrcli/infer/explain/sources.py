"""Where an explanation takes its numbers from: the spec's formula, a replay, another group, a schedule with one change.

Every source answers `at(ts)`: the learning rates of these schedule steps, in any order; NaN where there is none.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from dataclasses import field, replace
from itertools import accumulate, pairwise
from typing import Any, Protocol

from lrcli.errors import LrcliError
from lrcli.frameworks.replaying import replaying
from lrcli.infer.effort import spend
from lrcli.schedules.base import Schedule
from lrcli.series.base import WALKED
from lrcli.spec import Spec
from lrcli.values import dataclass

BLOCK = 65536
FAR = 20_000
"""Steps below this one are always worth a table."""


class RateSource(Protocol):
    """Learning rates by schedule step."""

    def at(self, ts: Sequence[float]) -> list[float]:
        """The learning rates of these steps."""


@dataclass(frozen=True)
class Formula:
    """A schedule's own formula. Steps between two steps have a value, too."""

    schedule: Schedule
    base_lr: float
    _table: array[float] = field(default_factory=lambda: array("d"), compare=False, repr=False)

    def at(self, ts: Sequence[float]) -> list[float]:
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

    def at(self, ts: Sequence[float]) -> list[float]:
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


@dataclass(frozen=True)
class Mean:
    """The mean of several parameter groups."""

    sources: tuple[RateSource, ...]

    def at(self, ts: Sequence[float]) -> list[float]:
        """The mean at each step."""
        columns = [source.at(ts) for source in self.sources]
        return [math.fsum(values) / len(values) for values in zip(*columns, strict=True)]


@dataclass(frozen=True)
class Averaged:
    """The mean over a window of `n` values that begins `start` steps after t, each `stride` steps after the one before.

    An epoch that is one scheduler step of a schedule in fractional epochs has stride 1/n.
    """

    source: RateSource
    n: int
    start: int = 0
    fractional: bool = False

    def at(self, ts: Sequence[float]) -> list[float]:
        """The means; a window that begins before the run is cut."""
        n = self.n
        spend(len(ts) * n // 8)
        if self.fractional:
            values = self.source.at([t + i / n for t in ts for i in range(n)])
            return [math.fsum(values[i : i + n]) / n for i in range(0, len(values), n)]
        windows = [(max(int(t) + self.start, 0), int(t) + self.start + n) for t in ts]
        first, last = min((a for a, _ in windows), default=0), max((b for _, b in windows), default=0)
        if last - first <= len(ts) * n:  # they lie side by side, or over each other
            values = self.source.at(range(first, last))
            return [math.fsum(values[a - first : b - first]) / (b - a) if b > a else math.nan for a, b in windows]
        values = self.source.at([i for a, b in windows for i in range(a, b)])
        ends = list(accumulate((max(b - a, 0) for a, b in windows), initial=0))
        return [math.fsum(values[a:b]) / (b - a) if b > a else math.nan for a, b in pairwise(ends)]


@dataclass(frozen=True)
class Switched:
    """One source before step `at_step`, another from there on."""

    before: RateSource
    after: RateSource
    at_step: float

    def at(self, ts: Sequence[float]) -> list[float]:
        """Each step from the source that is in force."""
        early, late = self.before.at(ts), self.after.at(ts)
        return [a if t < self.at_step else b for t, a, b in zip(ts, early, late, strict=True)]


@dataclass(frozen=True)
class Floored:
    """max(s(t), floor): a floor that is cut in, not built into the formula."""

    source: RateSource
    floor: float

    def at(self, ts: Sequence[float]) -> list[float]:
        """The larger of both."""
        return [max(value, self.floor) for value in self.source.at(ts)]


WARMUPS: dict[str, Callable[[float, int], float]] = {
    "t/W": lambda t, n: t / n,
    "(t+1)/W": lambda t, n: (t + 1) / n,
    "(t+1)/(W+1)": lambda t, n: (t + 1) / (n + 1),
    "ln(t+1)/ln(W)": lambda t, n: math.log(t + 1) / math.log(n) if n > 1 else 1.0,
}
"""The factor of step t in a warmup of n steps, as different tools write it."""


@dataclass(frozen=True)
class Warmed:
    """A warmup of `n` steps to the peak by one of WARMUPS, then `rest` from its own step 0.

    running: the clock of the decay runs during the warmup, so that rest begins at its step n.
    endless: the warmup goes on for ever.
    """

    rest: Formula
    n: int
    shape: str | float
    running: bool = False
    endless: bool = False
    warm: RateSource | None = None

    def at(self, ts: Sequence[float]) -> list[float]:
        """Each step from the warmup or from the rest."""
        peak = self.rest.at([0])[0]
        return [self._one(t, peak) for t in ts]

    def _one(self, t: float, peak: float) -> float:
        if t >= self.n and not self.endless:
            return self.rest.at([t if self.running else t - self.n])[0]
        if self.warm is not None:
            return self.warm.at([t])[0]
        if isinstance(self.shape, str):
            return peak * WARMUPS[self.shape](t, self.n)
        return peak * (self.shape + (1 - self.shape) * t / self.n)


@dataclass(frozen=True)
class Ramped:
    """A straight line from `first` to `last` over n steps, then `rest`, whose clock has run since step 0."""

    rest: Formula
    n: int
    first: float
    last: float

    def at(self, ts: Sequence[float]) -> list[float]:
        """Each step from the line or from the rest."""
        rise = self.last - self.first
        return [self.first + rise * t / self.n if t < self.n else self.rest.at([t])[0] for t in ts]


@dataclass(frozen=True)
class Product:
    """A decay times a warmup's factor, which rises from `start` to 1 over n steps (of which t is `each` long).

    With `each` a step is an epoch of so many batches, and its last batch is looked at.
    """

    rest: Formula
    n: int
    start: float
    each: int = 0

    def at(self, ts: Sequence[float]) -> list[float]:
        """The products."""
        values = self.rest.at(ts)
        done = [min(1.0, (self.each * (t + 1) - 1 if self.each else t) / self.n) for t in ts]
        return [value * (self.start + (1 - self.start) * share) for value, share in zip(values, done, strict=True)]


@dataclass(frozen=True)
class Patched:
    """A source with other values at a few steps."""

    source: RateSource
    values: tuple[tuple[float, float], ...]

    def at(self, ts: Sequence[float]) -> list[float]:
        """The source's values, but for those."""
        other = dict(self.values)
        return [other.get(t, value) for t, value in zip(ts, self.source.at(ts), strict=True)]


@dataclass(frozen=True)
class Keras1:
    """A plateau as Keras 1.1 counts it: it looks before it counts, and no reduction sets the counter back."""

    plateau: Any
    base_lr: float

    def at(self, ts: Sequence[float]) -> list[float]:
        """The learning rate of each epoch, NaN past the metric."""
        plateau, lr, wait = self.plateau, self.base_lr, 0
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
        return [lrs[int(t)] if 0 <= t < len(lrs) and t == int(t) else math.nan for t in ts]


def plain_source(spec: Spec, group: int, reading: str) -> RateSource:
    """What the spec itself asks for: its formula, or the replay and reading that it names."""
    if spec.emulation is None:
        return Formula(spec.groups[group].schedule, spec.groups[group].base_lr)
    return Replayed(replace(spec, notes=()), group, reading)


@dataclass(frozen=True)
class HeldAt:
    """A schedule that stays where it is at a step, as many tools stay at the end of a decay."""

    source: RateSource
    stop: int

    def at(self, ts: Sequence[float]) -> list[float]:
        """The values up to that step, then its own."""
        return self.source.at([min(t, self.stop) for t in ts])
