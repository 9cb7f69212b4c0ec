"""A warmup, then a square root of what is left of the run."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.nemo._policy import NemoAnnealed
from lrcli.schedules import LrRule, dataclass


@dataclass(frozen=True, kw_only=True)
class NemoSquareRootAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the square root of what is left, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                        for t <= warmup_steps
            max(min_lr, base_lr * ((max_steps - t) / max_steps)**0.5)       for t <= max_steps
            min_lr                                                          from there on

    The decay runs during the warmup, so the learning rate jumps down as that ends.

    >>> [NemoSquareRootAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 3, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.SquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.SquareRootAnnealing"

    def body(self, base_lr: float) -> LrRule:
        total, low = self.max_steps, float(self.min_lr)
        return lambda t: max(base_lr * ((total - t) / total) ** 0.5, low)

    def notes(self) -> Iterator[Problem]:
        if self.warmup > 0:
            yield Problem("jump", f"{self.name} jumps down as the warmup ends: its decay is counted from step 0")
