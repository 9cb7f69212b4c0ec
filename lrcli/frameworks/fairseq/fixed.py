"""A learning rate for each epoch, with a warmup."""

from __future__ import annotations

from lrcli.frameworks.fairseq._epochs import FairseqByEpoch
from lrcli.schedules import LrRule, dataclass, number


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
