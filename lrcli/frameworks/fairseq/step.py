"""A warmup, then steps."""

from __future__ import annotations

from collections.abc import Iterator

from lrcli.frameworks.fairseq._scheduler import FairseqFloored
from lrcli.schedules import LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class FairseqStep(FairseqFloored):
    """Warm up linearly, then multiply the learning rate by lr_decay each lr_deacy_period updates, down to min_lr.

    lr(t) = w0 + t * ((base_lr - w0) / warmup_updates)    for t < warmup_updates, w0 = warmup_init_lr or min_lr
            max(min_lr, base_lr * lr_decay**((t - warmup_updates) // lr_deacy_period))    from there on

    lr_deacy_period is fairseq's spelling.

    >>> schedule = FairseqStep(lr_deacy_period=2)
    >>> [schedule.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.1, 0.1, 0.05, 0.025]

    Source: fairseq/optim/lr_scheduler/step_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.step"
    aliases = ("StepLRSchedule",)

    lr_deacy_period: float = length(25000, doc="updates from one step to the next", any_number=True, example="2000")
    lr_decay: float = number(0.5, doc="factor of each step")

    def check_values(self) -> None:
        above = self.lr_deacy_period > 0
        self.require(above, "lr_deacy_period must be above 0", "lr_deacy_period", "AssertionError")
        self.require(self.lr_decay <= 1, "lr_decay must be at most 1", "lr_decay", "AssertionError")
        self.require(self.min_lr >= 0, "min_lr must be at least 0", "min_lr", "AssertionError")

    def rule(self, base_lr: float) -> LrRule:
        warmup, start, low = self.warmup_updates, self.first_lr, float(self.min_lr)
        gain = (base_lr - start) / warmup if warmup > 0 else 1
        period, decay = self.lr_deacy_period, self.lr_decay

        def lr_at(t: int) -> float:
            if t < warmup:
                return start + t * gain
            lr = base_lr * decay ** ((t - warmup) // period)
            return lr if lr >= low else low

        return lr_at

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        period = self.lr_deacy_period
        yield self.warmup_updates + period, period, f"step x{self.lr_decay:g}"
