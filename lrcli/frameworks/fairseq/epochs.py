"""fairseq's schedulers that count epochs, too."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

from lrcli.errors import Problem
from lrcli.frameworks.base import require_epochs
from lrcli.frameworks.fairseq.updates import ONE_EPOCH, FairseqWarmed
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, LrRule, Setting, are_numbers, count, data, dataclass, length, number, untried


@dataclass(frozen=True, kw_only=True)
class FairseqByEpoch(FairseqWarmed):
    """A scheduler whose learning rate may change from epoch to epoch."""

    lr: Any = data(
        None,
        doc="the learning rate of each epoch; left out: the group's",
        takes="a list of numbers",
        test=lambda value: are_numbers(value, alone=True),
        optional=True,
    )
    force_anneal: float | None = count(
        None, doc="the epoch, from 1 on, at which the annealing begins", optional=True, tried=untried
    )

    def check_run(self, setting: Setting) -> None:
        needed = self.warmup_updates > 0 if setting.interval == "epoch" else self.counts_epochs
        field = "warmup_updates" if self.force_anneal is None else "force_anneal"
        require_epochs(setting, field, needed, "counts epochs beside updates")
        super().check_run(setting)

    @property
    def counts_epochs(self) -> bool:
        """Whether epochs matter."""
        return self.force_anneal is not None or len(self.lrs_of(0.0)) > 1

    def lrs_of(self, base_lr: float) -> tuple[float, ...]:
        """The learning rate of each epoch; the last one stays."""
        lrs = base_lr if self.lr is None else self.lr
        return lrs if isinstance(lrs, tuple) else (lrs,)

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.counts_epochs:  # each epoch may bring a step
            per_row, per_epoch = self.clock
            size = max(1, per_epoch // per_row)
            yield size, size, ""


@dataclass(frozen=True, kw_only=True)
class FairseqFixed(FairseqByEpoch):
    """Warm up linearly to the epoch's learning rate: the next of the list, from force_anneal on shrunk at each epoch.

    lr(t) = rate * (t + 1) / warmup_updates    for t < warmup_updates
            rate                               from there on
        with rate = lr[epoch - 1], the last of the list for ever, or
             rate = lr[-1] * lr_shrink**(epoch + 1 - force_anneal)    from epoch force_anneal on

    >>> [FairseqFixed(warmup_updates=4).lr_at(t, base_lr=0.1) for t in (0, 1, 3, 4)]
    [0.025, 0.05, 0.1, 0.1]

    Source: fairseq/optim/lr_scheduler/fixed_schedule.py (run in 0.12.2).
    """

    name = "fairseq.fixed"
    aliases = ("FixedLRSchedule",)

    lr_shrink: float = number(0.1, doc="factor of each epoch from force_anneal on")

    def rule(self, base_lr: float) -> LrRule:
        lrs, anneal, shrink = self.lrs_of(base_lr), self.force_anneal, self.lr_shrink
        warmup, (per_row, per_epoch) = self.warmup_updates, self.clock
        last, climb = len(lrs) - 1, float(warmup)

        def lr_at(t: int) -> float:
            update = t * per_row
            epoch = update // per_epoch + 1
            if anneal is None or epoch < anneal:
                rate = lrs[min(epoch - 1, last)]
            else:
                rate = lrs[-1] * shrink ** (epoch + 1 - anneal)
            return float((update + 1) / climb * rate if warmup > 0 and update < warmup else rate)

        return lr_at


@dataclass(frozen=True, kw_only=True)
class FairseqPolynomialDecay(FairseqByEpoch):
    """Warm up linearly from 0, then fall along a polynomial to end_learning_rate, and stay there.

    lr(t) = t / warmup_updates * rate                                                  for t <= warmup_updates
            (rate - end_learning_rate) * (1 - share)**power + end_learning_rate        for t < total_num_update
                with share = (t - warmup_updates) / (total_num_update - warmup_updates)
            end_learning_rate                                                          from there on

    rate is the learning rate, or of a list lr[epoch], epochs counted from 1: the first one is never used. From epoch
    force_anneal on it is, at each epoch, what the learning rate has come down to.

    >>> schedule = FairseqPolynomialDecay(warmup_updates=2, total_num_update=6)
    >>> [schedule.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: fairseq/optim/lr_scheduler/polynomial_decay_schedule.py (run in 0.12.2).
    """

    name = "fairseq.polynomial_decay"
    aliases = ("PolynomialDecayLRSchedule",)

    end_learning_rate: float = number(0.0, doc="the last learning rate")
    power: float = number(1.0, doc="the exponent")
    total_num_update: float = length(
        doc="updates of the decay, the warmup included",
        any_number=True,
        fills="run",
        demands=(above(0, "AssertionError"),),
    )

    def _curve(self, rate: float) -> LrRule:
        """The learning rate of each update, for the rate of its epoch."""
        warmup, end, power, total = self.warmup_updates, self.end_learning_rate, self.power, self.total_num_update
        climb, rest, span, low = float(warmup), total - warmup, rate - end, float(end)

        def curve(update: int) -> float:
            if update <= warmup and warmup > 0:
                return update / climb * rate
            return float(span * (1 - (update - warmup) / rest) ** power + end) if update < total else low

        return curve

    def rule(self, base_lr: float) -> LrRule:
        lrs, (per_row, per_epoch) = self.lrs_of(base_lr), self.clock
        if not self.counts_epochs:
            curve = self._curve(lrs[0])
            return curve if per_row == 1 else lambda t: curve(t * per_row)
        annealed: list[float] = []  # the rates of the epochs from force_anneal on
        anneal, warmup = self.force_anneal, self.warmup_updates
        begin = ONE_EPOCH if anneal is None else max(1, math.ceil(anneal))

        def rate_of(epoch: int) -> float:
            if anneal is None or epoch < anneal:
                return lrs[min(epoch, len(lrs) - 1)]
            while len(annealed) <= epoch - begin:
                now = begin + len(annealed)
                update = (now - 1) * per_epoch
                if update >= self.total_num_update and update > warmup:
                    return float(self.end_learning_rate)
                rate = (1.0 / warmup if warmup > 0 else 1) * lrs[0]  # what the constructor leaves in the optimizer
                if now > 1:
                    rate = self._curve(annealed[-1] if annealed else rate_of(now - 1))(update)
                annealed.append(rate)
            return annealed[epoch - begin]

        @cache
        def curve_of(epoch: int) -> LrRule:
            return self._curve(rate_of(epoch))

        return lambda t: curve_of(t * per_row // per_epoch + 1)(t * per_row)

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.total_num_update, "decay ends"

    def notes(self) -> Iterator[Problem]:
        if len(self.lrs_of(0.0)) > 1:
            what = f"{self.name} never uses the first of its learning rates: epoch 1 takes the second"
            yield Problem("first-lr", what)
