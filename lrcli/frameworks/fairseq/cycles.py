"""fairseq's cycles: triangles, and half cosines that start again."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.fairseq.updates import FairseqFloored, FairseqScheduler
from lrcli.schedules import CurveMarks, LrRule, dataclass, flag, length, number


@dataclass(frozen=True, kw_only=True)
class FairseqTriangular(FairseqScheduler):
    """Go from the learning rate up to max_lr and down again in each period, with a height that shrinks.

    lr(t) = low + (max_lr * lr_shrink**i - low) * max(0, 1 - x)
        with h = lr_period_updates // 2, i = floor(t / (2 * h)), x = abs(t / h - 2 * (i + 1) + 1)

    low is base_lr, times lr_shrink**i with shrink_min. An odd period loses an update.

    >>> schedule = FairseqTriangular(max_lr=0.5, lr_period_updates=4)
    >>> [round(schedule.lr_at(t, base_lr=0.1), 4) for t in (0, 1, 2, 3, 4)]
    [0.1, 0.3, 0.5, 0.3, 0.1]

    Source: fairseq/optim/lr_scheduler/triangular_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.triangular"
    aliases = ("TriangularLRSchedule",)

    max_lr: float = number(doc="the learning rate at the top; it must be more than lr", example="1.0")
    lr_period_updates: float = length(5000, doc="updates of a period", any_number=True, example="2000")
    lr_shrink: float = number(0.1, doc="factor from one period's height to the next")
    shrink_min: bool = flag(False, doc="whether the low end shrinks, too")

    def check(self, lr: float) -> None:
        self.require(self.max_lr > lr, "max_lr must be more than lr", "max_lr", "AssertionError")
        some = self.lr_period_updates // 2 != 0
        self.require(some, "half of lr_period_updates comes to 0", "lr_period_updates", "ZeroDivisionError")

    def rule(self, base_lr: float) -> LrRule:
        half, top, shrink, shrinks = self.lr_period_updates // 2, self.max_lr, self.lr_shrink, self.shrink_min
        whole, floor = 2 * half, math.floor

        def lr_at(t: int) -> float:
            cycle = floor(t / whole)
            factor = shrink**cycle
            low = base_lr * factor if shrinks else base_lr
            x = abs(t / half - 2 * (cycle + 1) + 1)
            return low + (top * factor - low) * max(0, (1 - x))

        return lr_at

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        half = self.lr_period_updates // 2
        yield half, 2 * half, ""
        yield 2 * half, 2 * half, f"cycle x{self.lr_shrink:g}"


@dataclass(frozen=True, kw_only=True)
class FairseqCosine(FairseqFloored):
    """Warm up linearly, then follow half a cosine, and start again lr_shrink times as high, for ever.

    lr(t) = w0 + t * ((base_lr - w0) / warmup_updates)    for t < warmup_updates, w0 = warmup_init_lr or min_lr
            low + 0.5 * (high - low) * (1 + cos(pi * c / length))    from there on
                with low = min_lr * lr_shrink**i and high = base_lr * lr_shrink**i

    c is the place in period i, which is `length` updates long: lr_period_updates (or max_update - warmup_updates) *
    t_mult**i.

    >>> cosine = FairseqCosine(warmup_updates=2, max_update=6)
    >>> [round(cosine.lr_at(t, base_lr=0.1), 4) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.01]

    Source: fairseq/optim/lr_scheduler/cosine_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.cosine"
    aliases = ("CosineLRSchedule",)

    t_mult: float = number(1.0, doc="factor from one period's length to the next")
    lr_period_updates: float = length(
        -1, doc="updates of the first period; -1: what the warmup leaves", any_number=True
    )
    lr_shrink: float = number(0.1, doc="factor from one period's height to the next")
    max_update: float | None = length(None, doc="updates of the run", any_number=True, optional=True, fills="run")

    def check(self, lr: float) -> None:
        super().check(lr)
        known = self.lr_period_updates > 0 or (self.max_update or 0) > 0
        self.require(known, "max_update or lr_period_updates must be set", "max_update", "AssertionError")

    @property
    def period(self) -> float:
        """Updates of the first period."""
        return (self.max_update or 0) - self.warmup_updates if self.lr_period_updates <= 0 else self.lr_period_updates

    def body(self, base_lr: float) -> LrRule:
        warmup, period, mult, low = self.warmup_updates, self.period, self.t_mult, self.min_lr
        shrink, floor, log, cos, pi = self.lr_shrink, math.floor, math.log, math.cos, math.pi

        def lr_at(t: int) -> float:
            now = t - warmup
            if mult != 1:
                i = floor(log(1 - now / period * (1 - mult), mult))
                length = mult**i * period
                now = now - (1 - mult**i) / (1 - mult) * period
            else:
                i = floor(now / period)
                length, now = period, now - (period * i)
            factor = shrink**i
            least = low * factor
            return float(least + 0.5 * (base_lr * factor - least) * (1 + cos(pi * now / length)))

        return lr_at

    def _period_of(self, t: int) -> int:
        """The number of the period that update t is in."""
        share, mult = (t - self.warmup_updates) / self.period, self.t_mult
        return math.floor(share if mult == 1 else math.log(1 - share * (1 - mult), mult))

    def turns(self, t: int) -> CurveMarks:
        """The first update from t on, and behind the warmup, at which a period begins; none where none does."""
        t, mult = max(t, math.floor(self.warmup_updates) + 1), self.t_mult
        if self.period <= 0:
            return
        try:
            i = max(self._period_of(t - 1) + 1, 1)
            begin = i * self.period if mult == 1 else (1 - mult**i) / (1 - mult) * self.period
            row = math.ceil(self.warmup_updates + begin)  # the logarithm may be an update early or late
            at = next((at for at in range(max(t, row - 1), row + 2) if self._period_of(at) == i), t)
        except (ArithmeticError, ValueError):
            return
        yield at, f"restart x{self.lr_shrink:g}"

    def notes(self) -> Iterator[Problem]:
        if self.lr_period_updates <= 0 and (self.max_update or 0) < self.warmup_updates:
            what = f"{self.name} explodes after the warmup: that is longer than max_update, so the period is below 0"
            yield Problem("negative-period", what)
