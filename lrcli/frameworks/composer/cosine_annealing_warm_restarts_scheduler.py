"""Half cosines that start again, each t_mult times as long as the one before."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

from lrcli.frameworks.base import raised
from lrcli.frameworks.composer._scheduler import ComposerScheduler, cosine_anneal
from lrcli.frameworks.composer._time import Time
from lrcli.schedules import CurveMarks, Setting, dataclass, number, text


class _Intervals:
    """The intervals between restarts, computed as they are asked for: the ends in `_ends`, the lengths beside them."""

    def __init__(self, first: int, factor: float) -> None:
        self._ends, self._lengths, self._factor = [first], [first], factor

    def at(self, t: int) -> tuple[int, int]:
        """(the start, the length) of the interval of t. Raises ValueError where they have come down to 0."""
        ends, lengths = self._ends, self._lengths
        while ends[-1] <= t:
            if lengths[-1] == 0:
                raise raised("composer", "ValueError", "the interval between restarts has come down to 0")
            following = int(self._factor * lengths[-1])
            if following == lengths[-1]:  # it stays as long for ever
                return ends[-1] + (t - ends[-1]) // following * following, following
            lengths.append(following)
            ends.append(ends[-1] + following)
        i = bisect_right(ends, t)
        return ends[i] - lengths[i], lengths[i]


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingWarmRestartsScheduler(ComposerScheduler):
    """Follow half a cosine down to alpha_f of the learning rate, start again, and so on.

    lr(t) = base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * (t - start) / length)) / 2)

    start and length are those of the interval that t is in: the first is t_0 long, each other int(t_mult * the one
    before). Where that comes down to 0 there is no value.

    >>> cosine = ComposerCosineAnnealingWarmRestartsScheduler(t_0="2ba", t_mult=2)
    >>> [round(cosine.lr_at(t, base_lr=0.1), 4) for t in range(7)]
    [0.1, 0.05, 0.1, 0.0854, 0.05, 0.0146, 0.1]

    Source: composer.optim.CosineAnnealingWarmRestartsScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingWarmRestartsScheduler"

    t_0: str = text(doc="length of the first interval, as a time string", example="1000ba")
    t_mult: float = number(1.0, doc="factor from one interval's length to the next", at_least=0)
    alpha_f: float = number(0.0, doc="the last factor of each interval")

    def check_run(self, setting: Setting) -> None:
        self.require(self.time("t_0").value > 0, "t_0 must be longer than 0", "t_0")
        super().check_run(setting)

    @cached_property
    def _intervals(self) -> _Intervals:
        return _Intervals(int(self.time("t_0").value), self.t_mult)

    def factors(self, rows: Sequence[int]) -> list[float]:
        at, shares, start, length = self._intervals.at, [], 0, 0
        for t in self.clock.times(rows, self.time("t_0").unit):
            if t >= start + length:
                start, length = at(t)
            shares.append((t - start) / length)
        return cosine_anneal(shares, self.alpha_f)

    def turns(self, t: int) -> CurveMarks:
        unit = self.time("t_0").unit
        try:
            start, length = self._intervals.at(self.clock.times((t - 1,), unit)[0])
        except ValueError:
            return
        yield max(t, self.clock.row_of(Time(start + length, unit))), "restart"
