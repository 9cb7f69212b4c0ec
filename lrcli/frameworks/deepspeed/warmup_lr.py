"""A warmup by logarithm or line, then the top for ever."""

from __future__ import annotations

from lrcli.frameworks.deepspeed._scheduler import DeepSpeedWarmed
from lrcli.schedules import LrRule, dataclass, number


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupLR(DeepSpeedWarmed):
    """Warm up from warmup_min_lr to warmup_max_lr over warmup_num_steps batches, and stay there.

    lr(t) = warmup_min_lr + (warmup_max_lr - warmup_min_lr) * g       with j = t - 1, W = max(2, warmup_num_steps)
            g = log(j + 1) / log(W), or j / W where warmup_type is linear     for j < W
            g = 1                                                              for j >= W

    Update 0 is at warmup_min_lr, too. The logarithm is at the top at t = W already. A warmup_type that DeepSpeed does
    not know is log.

    >>> schedule = DeepSpeedWarmupLR(warmup_max_lr=0.5, warmup_num_steps=4, warmup_type="linear")
    >>> [schedule.lr_at(t, 0.0) for t in range(7)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.5, 0.5]

    Source: deepspeed/runtime/lr_schedules.py, WarmupLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupLR"
    own_rate = "warmup_max_lr"

    warmup_min_lr: float = number(0.0, doc="the learning rate at the start", per_group=True)
    warmup_max_lr: float | None = number(None, doc="the learning rate after the warmup", per_group=True, optional=True)

    @property
    def start(self) -> float:
        return self.warmup_min_lr

    def rule(self, base_lr: float) -> LrRule:
        least = float(self.warmup_min_lr)
        delta = (base_lr if self.warmup_max_lr is None else self.warmup_max_lr) - least
        steps, share = self.warmup, self.share()

        def lr_at(t: int) -> float:
            if t > steps:
                return least + (delta * 1.0)
            return least + (delta * share(t - 1)) if t else least

        return lr_at
