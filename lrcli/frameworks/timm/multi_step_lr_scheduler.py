"""Steps at milestones, one earlier than PyTorch's."""

from __future__ import annotations

from bisect import bisect_right

from lrcli.frameworks.timm._scheduler import TimmScheduled
from lrcli.schedules import CurveMarks, LrRule, dataclass, flag, number, positions


@dataclass(frozen=True, kw_only=True)
class TimmMultiStepLRScheduler(TimmScheduled):
    """Warm up linearly, then multiply the learning rate by decay_rate one step before each milestone.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            base_lr * decay_rate**(number of milestones <= s + 1)    from there on
                with s = t - warmup_t, or t without warmup_prefix

    timm keeps this on purpose; PyTorch's MultiStepLR acts at the milestone itself. The milestones must stand in order,
    which timm does not check. Row 0 is what the constructor leaves: base_lr.

    >>> steps = TimmMultiStepLRScheduler(decay_t=(3, 5), decay_rate=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3, 4)]
    [0.1, 0.1, 0.05, 0.05, 0.025]

    Source: timm.scheduler.MultiStepLRScheduler (run in 1.0.31).
    """

    name = "timm.MultiStepLRScheduler"

    decay_t: tuple[float, ...] = positions(doc="the milestones, in order", example="[30, 60]")
    decay_rate: float = number(1.0, doc="factor of each milestone", example="0.1")
    warmup_prefix: bool = flag(True, doc="whether the milestones are counted from the end of the warmup")

    def body(self, base_lr: float) -> LrRule:
        milestones, rate = self.decay_t, self.decay_rate
        return lambda t: base_lr * (rate ** bisect_right(milestones, t + 1))

    def marks(self) -> CurveMarks:
        yield from super().marks()
        ordered = sorted(self.decay_t) == list(self.decay_t)
        for milestone in self.decay_t:
            at = self.offset + milestone - 1
            yield at, f"milestone x{self.decay_rate:g}" if ordered and at >= self.warmup_t else ""
