"""Schedules that are one function up to some step, another up to the next, and so on."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.schedules import LrRule, Schedule, dataclass


@dataclass(frozen=True)
class Pieced(Schedule):
    """A schedule whose subclass writes `pieces`; a million steps then cost one call of a piece for each."""

    def pieces(self, base_lr: float) -> Sequence[tuple[float, LrRule]]:
        """Functions of the step, each with the first step that is not its own; that of the last one is infinite."""
        raise NotImplementedError

    def rule(self, base_lr: float) -> LrRule:
        pieces = self.pieces(base_lr)

        def lr_at(t: int) -> float:
            return next(piece for end, piece in pieces if t < end)(t)

        return lr_at

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        rates: list[float] = []
        for end, piece in self.pieces(base_lr):
            until = stop if end >= stop else math.ceil(end)
            if until > start:
                rates += map(piece, range(start, until))
                start = until
        return rates
