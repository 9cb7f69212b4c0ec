"""A warmup, then the inverse square root of the step."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.nemo._policy import NemoAnnealed
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoInverseSquareRootAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the inverse square root of the step; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))             for t <= warmup_steps
            base_lr / ((t + 1) / (warmup_steps + 1))**0.5        for t <= max_steps
            min_lr                                               from there on

    min_lr is no floor: it is where the learning rate jumps to past max_steps, also upwards.

    >>> policy = NemoInverseSquareRootAnnealing(warmup_steps=1, max_steps=7)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 7, 8)]
    [0.05, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.InverseSquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.InverseSquareRootAnnealing"

    def body(self, base_lr: float) -> LrRule:
        climb = self.warmup + 1
        return lambda t: base_lr / ((t + 1) / climb) ** 0.5

    def notes(self) -> Iterator[Problem]:
        if self.setting and self.setting.length > self.max_steps + 1:
            yield Problem("past-the-end", f"{self.name} jumps to min_lr after step {self.max_steps:g}: it is no floor")
