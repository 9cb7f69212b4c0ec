"""Linear warmup, then half a cosine, then the minimum."""

from __future__ import annotations

import math

from lrcli.errors import InvalidValue
from lrcli.schedules import Schedule, Setting, dataclass, length, number, setting


@dataclass(frozen=True)
class GetLR(Schedule):
    """Warm up to learning_rate, follow half a cosine to min_lr, and stay there.

    lr(t) = learning_rate * (t + 1) / (warmup_iters + 1)                    for t < warmup_iters
            min_lr + 0.5 * (1 + cos(pi * ratio)) * (learning_rate - min_lr)
                with ratio = (t - warmup_iters) / (lr_decay_iters - warmup_iters)
            min_lr                                                          for t > lr_decay_iters

    The release "2023" warms up by t / warmup_iters. Where warmup_iters = lr_decay_iters, that step has no value
    (ZeroDivisionError).

    >>> [GetLR(learning_rate=0.1, warmup_iters=4, lr_decay_iters=8, min_lr=0.01).lr_at(t, 0.0) for t in (0, 4, 6, 9)]
    [0.02, 0.1, 0.05500000000000001, 0.01]

    Source: github.com/karpathy/nanoGPT, train.py, commit 3adf61e (run); the warmup of 2023 was read.
    """

    name = "nanogpt.get_lr"
    counts = "step"
    own_rate = "learning_rate"

    learning_rate: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_iters: float = length(2000, doc="iterations of the warmup", any_number=True)
    lr_decay_iters: float = length(600000, doc="the iteration at which min_lr is reached", any_number=True)
    min_lr: float = number(6e-5, doc="the learning rate at the end")
    setting: Setting | None = setting()

    def bind(self, setting: Setting) -> GetLR:
        if len(set(setting.lrs)) > 1:
            raise InvalidValue("type", "sets one lr for all groups: they must not have different ones", None)
        return super().bind(setting)

    def lr_at(self, t: int, base_lr: float) -> float:
        lr = base_lr if self.learning_rate is None else self.learning_rate
        if t < self.warmup_iters:
            if self.setting is not None and self.setting.release == "2023":
                return lr * t / self.warmup_iters
            return lr * (t + 1) / (self.warmup_iters + 1)
        if t > self.lr_decay_iters:
            return self.min_lr
        decay_ratio = (t - self.warmup_iters) / (self.lr_decay_iters - self.warmup_iters)
        coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))
        return self.min_lr + coeff * (lr - self.min_lr)

    def next_break(self, t: int) -> int | None:
        ends = (math.ceil(self.warmup_iters), math.floor(self.lr_decay_iters) + 1)
        return next((end for end in ends if end >= max(t, 1)), None)

    def event_at(self, t: int) -> str:
        if t and t == self.warmup_iters:
            return "warmup ends"
        return "decay ends" if t == self.lr_decay_iters else ""
