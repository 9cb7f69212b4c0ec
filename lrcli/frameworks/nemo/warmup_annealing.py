"""A warmup, then a line."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.nemo._policy import NemoAnnealed
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoWarmupAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall in a line to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))        for t <= warmup_steps
            min_lr + (1 - share) * (first_lr - min_lr)      for t <= max_steps
                with share = (t - warmup_steps) / (max_steps - warmup_steps)
            min_lr                                          from there on

    first_lr is the learning rate of the first parameter group, for all of them.

    >>> [NemoWarmupAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupAnnealing (run in 3.0.0).
    """

    name = "nemo.WarmupAnnealing"

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, self.min_lr, self.max_steps - self.warmup
        delta = self.first_lr(base_lr) - low
        return lambda t: low + (1 - (t - warmup) / rest) * delta

    def notes(self) -> Iterator[Problem]:
        yield from self.first_group_note()
