"""A framework's schedule is told of the run, knows what is refused, and computes its steps in one of four ways."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar, TypeAlias

from lrcli.errors import NoValue
from lrcli.schedules import LrRule, Schedule, Setting, dataclass, setting
from lrcli.schedules.params import Demand


def above(bound: float, exception: str = "ValueError") -> Demand:
    """Demand that a number is above a bound."""
    return Demand(exception, f"must be above {bound:g}", lambda value: value > bound)


def at_least(bound: float, exception: str = "ValueError") -> Demand:
    """Demand that a number is not below a bound."""
    return Demand(exception, f"must be at least {bound:g}", lambda value: value >= bound)


def below(bound: float) -> Demand:
    """Demand that a number is below a bound."""
    return Demand("ValueError", f"must be below {bound:g}", lambda value: value < bound)


STRETCH = 8192
"""This many steps are computed at a time."""
NOT_ZERO = Demand("ZeroDivisionError", "is divided by", bool)


@dataclass(frozen=True, kw_only=True)
class FrameworkSchedule(Schedule):
    """A schedule of a framework. Its `setting` is what the run tells it."""

    counts = "step"

    setting: Setting = setting()


@dataclass(frozen=True, kw_only=True)
class Forwarding(FrameworkSchedule):
    """A schedule whose curve is that of another one, which it has or builds."""

    @property
    def inner(self) -> Schedule:
        """The schedule whose curve it is."""
        raise NotImplementedError

    def stands_alone(self) -> bool:
        return self.inner.stands_alone()

    def rule(self, base_lr: float) -> LrRule:
        return self.inner.rule(base_lr)

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        return self.inner.lrs(base_lr, start, stop)

    def trace(self, base_lr: float, start: int, stop: int) -> dict[str, list[Any]]:
        return self.inner.trace(base_lr, start, stop)

    def next_break(self, t: int) -> int | None:
        return self.inner.next_break(t)

    def monotone_until(self, t: int) -> int | None:
        return self.inner.monotone_until(t)

    def event_at(self, t: int) -> str:
        return self.inner.event_at(t)


@dataclass(frozen=True)
class Listed(Schedule):
    """A schedule whose subclass writes `lrs_at`: rows that are computed together cost less."""

    def rule(self, base_lr: float) -> LrRule:
        return lambda t: self.lrs_at(base_lr, (t,))[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        rates: list[float] = []
        for begin in range(start, stop, STRETCH):
            rates += self.lrs_at(base_lr, range(begin, min(begin + STRETCH, stop)))
        return rates


Pieces: TypeAlias = "Sequence[tuple[float, LrRule]]"
"""Functions of the step, each with the first step that is not its own any more; that of the last one is infinite."""


@dataclass(frozen=True, kw_only=True)
class Pieced(FrameworkSchedule):
    """A schedule whose subclass writes `pieces`; a million steps then cost one call of a piece for each."""

    def pieces(self, base_lr: float) -> Pieces:
        """The pieces of the curve, in order."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> LrRule:
        *pieces, (_, rule) = self.pieces(base_lr)
        for end, piece in reversed(pieces):
            rule = _until(end, piece, rule)
        return rule

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        rates: list[float] = []
        for end, piece in self.pieces(base_lr):
            rates += map(piece, steps[len(rates) : bisect_left(steps, end)])
        return rates


def _until(end: float, piece: LrRule, after: LrRule) -> LrRule:
    return lambda t: piece(t) if t < end else after(t)


KEPT = 1_000_000
"""This many rows are kept; those behind them are computed again when they are asked for."""


class _Walk:
    """The rows of one base learning rate, computed as they are asked for."""

    def __init__(self, schedule: Walked, base_lr: float) -> None:
        self._schedule, self._base_lr = schedule, base_lr
        self._kept = array("d")
        self._rows = schedule.walk(base_lr)
        self.computed = 0

    def take(self, start: int, stop: int) -> list[float]:
        if stop <= len(self._kept):
            return self._kept[start:stop].tolist()
        head = self._kept[start:].tolist()
        start += len(head)
        if start < self.computed:
            self._rows, self.computed, self._kept = self._schedule.walk(self._base_lr), 0, array("d")
        self._skip(start)
        rows = list(islice(self._rows, stop - start))
        self._keep(rows)
        return head + rows

    def _skip(self, start: int) -> None:
        while self.computed < start:
            rows = list(islice(self._rows, min(STRETCH, start - self.computed)))
            if not rows:  # the metric has no more values
                return
            self._keep(rows)

    def _keep(self, rows: list[float]) -> None:
        self.computed += len(rows)
        if len(self._kept) + len(rows) <= KEPT and len(self._kept) == self.computed - len(rows):
            self._kept.fromlist(rows)


@dataclass(frozen=True)
class Walked(Schedule):
    """A schedule that yields its learning rates in order: a subclass writes `walk`, which never ends.

    An exception of `walk` (ValueError, ZeroDivisionError, ...) says that the step has no value.
    """

    walks: ClassVar[bool] = True

    def walk(self, base_lr: float) -> Iterator[float]:
        """The learning rates of steps 0, 1, 2, ..."""
        raise NotImplementedError

    def lr_at(self, t: int, base_lr: float) -> float:
        return self.lrs(base_lr, t, t + 1)[0]

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        walk = self._walks.get(base_lr)
        if walk is None:
            walk = self._walks[base_lr] = _Walk(self, base_lr)
        try:
            rows = walk.take(start, stop)
        except (ArithmeticError, ValueError):
            del self._walks[base_lr]  # a generator that has raised is over
            raise
        if len(rows) < stop - start:
            del self._walks[base_lr]
            raise NoValue(f"there are only {walk.computed} learning rates")
        return rows

    @cached_property
    def _walks(self) -> dict[float, _Walk]:
        return {}

    def monotone_until(self, t: int) -> int | None:
        return super().monotone_until(t) if self.stands_alone() else t + 1
