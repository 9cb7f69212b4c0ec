"""A warmup, then the inverse square root of the update."""

from __future__ import annotations

from lrcli.frameworks.fairseq._scheduler import FairseqWarmed
from lrcli.schedules import LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class FairseqInverseSqrt(FairseqWarmed):
    """Warm up linearly, then fall with the inverse square root of the update.

    lr(t) = warmup_init_lr + t * ((base_lr - warmup_init_lr) / warmup_updates)    for t < warmup_updates
            base_lr * warmup_updates**0.5 * t**-0.5                               from there on

    >>> schedule = FairseqInverseSqrt(warmup_updates=4)
    >>> [schedule.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 16)]
    [0.0, 0.05, 0.1, 0.05]

    Source: fairseq/optim/lr_scheduler/inverse_square_root_schedule.py (run in 0.12.2).
    """

    name = "fairseq.inverse_sqrt"
    aliases = ("InverseSquareRootSchedule",)

    warmup_updates: float = length(4000, doc="updates of the linear warmup", any_number=True)
    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: 0")

    def check_values(self) -> None:
        warmup = self.warmup_updates
        exception = "TypeError" if warmup else "ZeroDivisionError"
        self.require(warmup > 0, "warmup_updates must be above 0", "warmup_updates", exception)

    def rule(self, base_lr: float) -> LrRule:
        warmup = self.warmup_updates
        start = 0 if self.warmup_init_lr < 0 else self.warmup_init_lr
        gain, decay = (base_lr - start) / warmup, base_lr * warmup**0.5
        return lambda t: start + t * gain if t < warmup else decay * t**-0.5
