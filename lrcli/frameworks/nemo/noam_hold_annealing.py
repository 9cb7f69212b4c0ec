"""A warmup, a hold, then a power of the step."""

from __future__ import annotations

from lrcli.frameworks.nemo._policy import NemoHeld, no_rate
from lrcli.schedules import LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class NemoNoamHoldAnnealing(NemoHeld):
    """Warm up to the learning rate, hold it, then fall with a power of the step, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))        for t <= W = warmup_steps
            base_lr                                         for t < W + hold_steps
            max(min_lr, base_lr * max(1, W**decay_rate) / max(1, (t - hold_steps)**decay_rate))    for t <= max_steps
            min_lr                                          from there on

    >>> policy = NemoNoamHoldAnnealing(warmup_steps=4, max_steps=16)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 4, 16, 17)]
    [0.020000000000000004, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.NoamHoldAnnealing (run in 3.0.0).
    """

    name = "nemo.NoamHoldAnnealing"

    forgets_warmup = False

    warmup_steps: float | None = length(
        None, doc="steps of the warmup; there must be one", any_number=True, optional=True, rounds="down", example="500"
    )
    decay_rate: float = number(0.5, doc="the exponent")

    def body(self, base_lr: float) -> LrRule:
        warmup, rate, low = self.warmup, self.decay_rate, float(self.min_lr)
        if warmup == 0:
            return no_rate("Noam cannot be used without warmup steps")
        hold = self.hold - warmup if self.hold > 0 else 0
        top = base_lr * max(1, warmup**rate)

        def lr_at(t: int) -> float:
            lr: float = top / max(1, (t - hold) ** rate)
            return max(lr, low)

        return lr_at
