"""Schedules whose steps can only be computed in order: from the learning rate that the step before has left."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import ClassVar

from lrcli.errors import NoValue
from lrcli.schedules import Schedule, dataclass

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
        head = self._kept[start:].tolist() if start < len(self._kept) else []
        start += len(head)
        if start < self.computed:
            self._rows, self.computed, self._kept = self._schedule.walk(self._base_lr), 0, array("d")
        self._skip(start)
        rows = list(islice(self._rows, stop - start))
        self._keep(rows)
        return head + rows

    def _skip(self, start: int) -> None:
        while self.computed < start:
            rows = list(islice(self._rows, min(8192, start - self.computed)))
            if not rows:  # the metric has no more values
                return
            self._keep(rows)

    def _keep(self, rows: list[float]) -> None:
        self.computed += len(rows)
        if len(self._kept) + len(rows) <= KEPT and len(self._kept) == self.computed - len(rows):
            self._kept.extend(rows)


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
