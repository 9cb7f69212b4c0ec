"""A warmup by logarithm or line, then the top for ever."""

from __future__ import annotations

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
class DeepSpeedWarmupLR(Stateless):
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
    counts = "step"
    own_rate = "warmup_max_lr"

    warmup_min_lr: float = number(0.0, doc="the learning rate at the start", per_group=True)
    warmup_max_lr: float | None = number(None, doc="the learning rate after the warmup", per_group=True, optional=True)
    warmup_num_steps: float = length(1000, doc="batches of the warmup", any_number=True)
    warmup_type: str = text("log", doc="log or linear")
    last_batch_iteration: float = count(-1, doc="-1: the run begins here", at_least=-1)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_start(self.last_batch_iteration)
        check_integer("warmup_num_steps", self.warmup_num_steps)

    def rule(self, base_lr: float) -> Rule:
        least = float(self.warmup_min_lr)
        delta = (base_lr if self.warmup_max_lr is None else self.warmup_max_lr) - least
        steps = warmup_steps(self.warmup_num_steps)
        share = warmup_share(self.warmup_num_steps, self.warmup_type)

        def lr_at(t: int) -> float:
            if t > steps:
                return least + (delta * 1.0)
            return least + (delta * share(t - 1)) if t else least

        return lr_at

    def breaks(self) -> tuple[float, ...]:
        steps = warmup_steps(self.warmup_num_steps)
        return (1, steps, steps + 1)

    def event_at(self, t: int) -> str:
        return warmup_event(t, self.warmup_num_steps)

    def notes(self) -> tuple[Problem, ...]:
        return tuple(warmup_notes(self.name, self.warmup_min_lr, self.warmup_num_steps, self.warmup_type))
