"""A warmup by logarithm or line, then half a cosine down to a share of the learning rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lrcli.errors import Problem
from lrcli.frameworks.deepspeed._warmup import (
    check_integer,
    check_start,
    warmup_event,
    warmup_notes,
    warmup_share,
    warmup_steps,
)
from lrcli.frameworks.stateless import Rule, Stateless
from lrcli.schedules.params import count, length, number, text


@dataclass(frozen=True)
class DeepSpeedWarmupCosineLR(Stateless):
    """Warm up from warmup_min_ratio to the learning rate, then follow half a cosine down to cos_min_ratio.

    lr(t) = base_lr * ratio                                           with j = t - 1, W = max(2, warmup_num_steps)
            warmup_min_ratio + g * (1 - warmup_min_ratio)                                     for j < W
                with g = log(j + 1) / log(W), or j / W where warmup_type is linear
            max(0, cos_min_ratio + (1 - cos_min_ratio) * (1 + cos(pi * q)) / 2)                for j >= W
                with q = min(1, (j - W + 1) / max(1, total_num_steps - W))

    Update 0 is at 0 whatever warmup_min_ratio says.

    >>> schedule = DeepSpeedWarmupCosineLR(8, warmup_num_steps=4, warmup_type="linear", cos_min_ratio=0.0)
    >>> [round(schedule.lr_at(t, 0.5), 4) for t in range(10)]
    [0.0, 0.0, 0.125, 0.25, 0.375, 0.4268, 0.25, 0.0732, 0.0, 0.0]

    Source: deepspeed/runtime/lr_schedules.py, WarmupCosineLR, 0.19.8 (run).
    """

    name = "deepspeed.WarmupCosineLR"
    counts = "step"

    total_num_steps: float = length(doc="batches of the run", any_number=True, fills="run")
    warmup_min_ratio: float = number(0.0, doc="the share of the learning rate at the start")
    warmup_num_steps: float = length(1000, doc="batches of the warmup", any_number=True)
    cos_min_ratio: float = number(0.0001, doc="the share of the learning rate at the end")
    warmup_type: str = text("log", doc="log or linear")
    last_batch_iteration: float = count(-1, doc="-1: the run begins here", at_least=-1)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_start(self.last_batch_iteration)
        check_integer("warmup_num_steps", self.warmup_num_steps)

    def rule(self, base_lr: float) -> Rule:
        steps, total = warmup_steps(self.warmup_num_steps), self.total_num_steps
        share = warmup_share(self.warmup_num_steps, self.warmup_type)
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

    def breaks(self) -> tuple[float, ...]:
        steps = warmup_steps(self.warmup_num_steps)
        return (1, steps, steps + 1, steps + 2, self.total_num_steps, self.total_num_steps + 1)

    def event_at(self, t: int) -> str:
        return warmup_event(t, self.warmup_num_steps, self.total_num_steps - 1)

    def notes(self) -> tuple[Problem, ...]:
        found = warmup_notes(self.name, 0.0, self.warmup_num_steps, self.warmup_type, self.total_num_steps)
        if self.warmup_min_ratio:
            why = "what it gives before its first step is 0"
            first = Problem("first-updates", f"{self.name} trains update 0 at 0, not at warmup_min_ratio", why)
            return tuple(first if note.code == "first-updates" else note for note in found)
        return tuple(found)
