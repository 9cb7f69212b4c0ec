"""A warmup, then a polynomial."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lrcli.errors import Problem
from lrcli.frameworks.fairseq._epochs import FairseqByEpoch
from lrcli.frameworks.fairseq._scheduler import refuses
from lrcli.frameworks.stateless import StatelessRule
from lrcli.schedules.params import length, number
from lrcli.values import dataclass


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
    total_num_update: float = length(doc="updates of the decay, the warmup included", any_number=True, fills="run")

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.total_num_update > 0:
            reason = "total_num_update must be above 0"
            raise refuses("AssertionError", reason, "total_num_update", self.total_num_update)

    def _curve(self) -> Callable[[int, float], float]:
        """The learning rate of an update, for the rate of its epoch."""
        warmup, end, power, total = self.warmup_updates, self.end_learning_rate, self.power, self.total_num_update
        climb, rest = float(warmup), total - warmup

        def curve(update: int, rate: float) -> float:
            if warmup > 0 and update <= warmup:
                return update / climb * rate
            if update >= total:
                return float(end)
            return float((rate - end) * (1 - (update - warmup) / rest) ** power + end)

        return curve

    def _plain(self, rate: float) -> StatelessRule:
        """`_curve` for one rate, with one update a row."""
        warmup, end, power, total = self.warmup_updates, self.end_learning_rate, self.power, self.total_num_update
        climb, rest, span, low = float(warmup), total - warmup, rate - end, float(end)

        def lr_at(t: int) -> float:
            if t <= warmup and warmup > 0:
                return t / climb * rate
            return float(span * (1 - (t - warmup) / rest) ** power + end) if t < total else low

        return lr_at

    def rule(self, base_lr: float) -> StatelessRule:
        lrs, curve, per_row, per_epoch = (
            self.lrs_of(base_lr),
            self._curve(),
            self.updates_per_row,
            self.updates_per_epoch,
        )
        if not self.counts_epochs:
            return self._plain(lrs[0]) if per_row == 1 else lambda t: curve(t * per_row, lrs[0])
        last, anneal = len(lrs) - 1, self.force_anneal
        annealed: list[float] = []  # the rates of the epochs from force_anneal on

        def rate_of(epoch: int) -> float:
            if anneal is None or epoch < anneal:
                return lrs[min(epoch, last)]
            first = max(1, int(-(-anneal // 1)))
            while len(annealed) <= epoch - first:
                now = first + len(annealed)
                update = (now - 1) * per_epoch
                if update >= self.total_num_update and update > self.warmup_updates:
                    return float(self.end_learning_rate)
                before = annealed[-1] if annealed else (rate_of(now - 1) if now > 1 else lrs[0])
                annealed.append(curve(update, before) if now > 1 else self._first(lrs[0]))
            return annealed[epoch - first]

        return lambda t: curve(t * per_row, rate_of(t * per_row // per_epoch + 1))

    def _first(self, lr: float) -> float:
        """What the constructor leaves in the optimizer."""
        return (1.0 / self.warmup_updates if self.warmup_updates > 0 else 1) * lr

    def marks(self) -> Iterator[tuple[float, str]]:
        yield from super().marks()
        yield self.total_num_update, "decay ends"

    def notes(self) -> tuple[Problem, ...]:
        if self.lr is not None and len(self.lr) > 1:
            what = f"{self.name} never uses the first of its learning rates: epoch 1 takes the second"
            return (Problem("first-lr", what),)
        return ()
