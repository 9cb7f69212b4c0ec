"""A warmup by logarithm or line, then a line down to the start."""

from __future__ import annotations

from lrcli.frameworks.deepspeed._scheduler import DeepSpeedWarmed
from lrcli.schedules import LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupDecayLR(DeepSpeedWarmed):
    """Warm up from warmup_min_lr to warmup_max_lr, then come back in a straight line until total_num_steps.

    lr(t) = warmup_min_lr + (warmup_max_lr - warmup_min_lr) * g       with j = t - 1, W = max(2, warmup_num_steps)
            g = log(j + 1) / log(W), or j / W where warmup_type is linear            for j < W
            g = max(0, (total_num_steps - j) / max(1, total_num_steps - W))          for j >= W

    Update 0 is at warmup_min_lr, too. The learning rate of the optimizer is not used.

    >>> decay = DeepSpeedWarmupDecayLR(total_num_steps=8, warmup_max_lr=0.5, warmup_num_steps=4, warmup_type="linear")
    >>> [decay.lr_at(t, 0.0) for t in range(11)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]

    Source: deepspeed/runtime/lr_schedules.py, WarmupDecayLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupDecayLR"
    sets_lr = True
    own_rate = "warmup_max_lr"

    total_num_steps: float = length(doc="batches of the run", any_number=True, fills="run")
    warmup_min_lr: float = number(0.0, doc="the learning rate at the start", per_group=True)
    warmup_max_lr: float = number(0.001, doc="the learning rate after the warmup", per_group=True)

    @property
    def start(self) -> float:
        return self.warmup_min_lr

    @property
    def end(self) -> float:
        return self.total_num_steps + 1

    def rule(self, base_lr: float) -> LrRule:
        least = float(self.warmup_min_lr)
        delta = self.warmup_max_lr - least
        steps, total, share = self.warmup, self.total_num_steps, self.share()
        decay = float(max(1.0, total - steps))

        def lr_at(t: int) -> float:
            if t > steps:
                left = float(total - (t - 1)) / decay
                return least + (delta * left) if left > 0.0 else least + (delta * 0.0)
            return least + (delta * share(t - 1)) if t else least

        return lr_at
