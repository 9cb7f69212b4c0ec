"""A warmup by logarithm or line, then half a cosine down to a share of the learning rate."""

from __future__ import annotations

import math

from lrcli.errors import Problem
from lrcli.frameworks.deepspeed._scheduler import DeepSpeedWarmed
from lrcli.schedules import LrRule, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class DeepSpeedWarmupCosineLR(DeepSpeedWarmed):
    """Warm up from warmup_min_ratio to the learning rate, then follow half a cosine down to cos_min_ratio.

    lr(t) = base_lr * ratio                                           with j = t - 1, W = max(2, warmup_num_steps)
            warmup_min_ratio + g * (1 - warmup_min_ratio)                                     for j < W
                with g = log(j + 1) / log(W), or j / W where warmup_type is linear
            max(0, cos_min_ratio + (1 - cos_min_ratio) * (1 + cos(pi * q)) / 2)                for j >= W
                with q = min(1, (j - W + 1) / max(1, total_num_steps - W))

    Update 0 is at 0 whatever warmup_min_ratio says.

    >>> schedule = DeepSpeedWarmupCosineLR(total_num_steps=8, warmup_num_steps=4, warmup_type="linear", cos_min_ratio=0)
    >>> [round(schedule.lr_at(t, 0.5), 4) for t in range(10)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.4268, 0.25, 0.0732, 0.0, 0.0]

    Source: deepspeed/runtime/lr_schedules.py, WarmupCosineLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupCosineLR"

    total_num_steps: float = length(doc="batches of the run", any_number=True, fills="run")
    warmup_min_ratio: float = number(0.0, doc="the share of the learning rate at the start")
    cos_min_ratio: float = number(0.0001, doc="the share of the learning rate at the end")

    @property
    def end(self) -> float:
        return self.total_num_steps

    def first_updates(self) -> Problem:
        if not self.warmup_min_ratio:
            return super().first_updates()
        why = "what it gives before its first step is 0"
        return Problem("first-updates", f"{self.name} trains update 0 at 0, not at warmup_min_ratio", why)

    def rule(self, base_lr: float) -> LrRule:
        steps, total, share = self.warmup, self.total_num_steps, self.share()
        start, end = self.warmup_min_ratio, self.cos_min_ratio
        to_top, to_end = 1.0 - start, 1.0 - end
        decay, cos, pi = max(1, total - steps), math.cos, math.pi

        def lr_at(t: int) -> float:
            if t > steps:
                progress = (t - steps) / decay
                ratio = end + to_end * ((1 + cos(pi * (progress if progress < 1.0 else 1.0))) / 2)
                return base_lr * (ratio if ratio > 0.0 else 0.0)
            return base_lr * (start + share(t - 1) * to_top) if t else 0.0

        return lr_at
