"""Linear warmup, then half a cosine, then the minimum."""

from __future__ import annotations

import math

from lrcli.frameworks.schedule import Pieced, Pieces
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class GetLR(Pieced):
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
    own_rate = "learning_rate"
    one_rate = "sets one lr for all groups: they must not have different ones"

    learning_rate: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_iters: float = length(2000, doc="iterations of the warmup", any_number=True)
    lr_decay_iters: float = length(600000, doc="the iteration at which min_lr is reached", any_number=True)
    min_lr: float = number(6e-5, doc="the learning rate at the end")

    def pieces(self, base_lr: float) -> Pieces:
        lr, low, cos, pi = self.rate(base_lr), self.min_lr, math.cos, math.pi
        warmup, end, late = self.warmup_iters, self.lr_decay_iters, int(self.setting.release != "2023")
        return (
            (warmup, lambda t: lr * (t + late) / (warmup + late)),
            (
                math.floor(end) + 1,
                lambda t: low + 0.5 * (1.0 + cos(pi * ((t - warmup) / (end - warmup)))) * (lr - low),
            ),
            (math.inf, lambda t: low),
        )

    def marks(self) -> CurveMarks:
        yield self.warmup_iters, "warmup ends"
        yield self.lr_decay_iters, "decay ends"
        yield math.floor(self.lr_decay_iters) + 1, ""
