"""A linear warmup, then a cosine, each step from the one before."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

from lrcli.errors import Problem
from lrcli.frameworks.schedule import FrameworkSchedule, Walked
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class BoltsLinearWarmupCosineAnnealingLR(FrameworkSchedule, Walked):
    """Warm up linearly from warmup_start_lr to the base LR, then follow a cosine to eta_min at max_epochs.

    lr(t) = warmup_start_lr                                                    for t = 0
            lr(t - 1) + (base_lr - warmup_start_lr) / (W - 1)                  for t < W = warmup_epochs
            base_lr                                                            for t = W
            lr(t - 1) + (base_lr - eta_min) * (1 - cos(pi / D)) / 2            where (t - 1 - max_epochs) % (2 * D) == 0
            (1 + cos(pi * (t - W) / D)) / (1 + cos(pi * (t - W - 1) / D)) * (lr(t - 1) - eta_min) + eta_min    else
                with D = max_epochs - W

    The base LR is reached at W - 1 and held for one more epoch. Past max_epochs the cosine climbs. With warmup_epochs 0
    the run begins at warmup_start_lr, and with that at eta_min stays there.

    >>> schedule = BoltsLinearWarmupCosineAnnealingLR(warmup_epochs=3, max_epochs=7)
    >>> [round(schedule.lr_at(t, base_lr=0.1), 6) for t in range(8)]
    [0.0, 0.05, 0.1, 0.1, 0.085355, 0.05, 0.014645, 0.0]

    Source: pl_bolts.optimizers.lr_scheduler.LinearWarmupCosineAnnealingLR (run in 0.7.0).
    """

    counts = "epoch"
    name = "lightning_bolts.LinearWarmupCosineAnnealingLR"

    warmup_epochs: float = length(doc="epochs of the warmup", any_number=True, example="10")
    max_epochs: float = length(doc="epochs until the end, the warmup included", any_number=True, fills="run")
    warmup_start_lr: float = number(0.0, doc="the learning rate at the start", example="0.001")
    eta_min: float = number(0.0, doc="the learning rate at the end")

    def walk(self, base_lr: float) -> Iterator[float]:
        warmup, last, low = self.warmup_epochs, self.max_epochs, self.eta_min
        span, pi, cos = last - warmup, math.pi, math.cos
        lr = float(self.warmup_start_lr)
        yield lr
        for t in count(1):
            if t < warmup:
                lr += (base_lr - self.warmup_start_lr) / (warmup - 1)
            elif t == warmup:
                lr = base_lr
            elif not span:
                raise ZeroDivisionError("max_epochs - warmup_epochs is 0")
            elif (t - 1 - last) % (2 * span) == 0:
                lr += (base_lr - low) * (1 - cos(pi / span)) / 2
            else:
                now, before = 1 + cos(pi * (t - warmup) / span), 1 + cos(pi * (t - warmup - 1) / span)
                lr = now / before * (lr - low) + low
            yield lr

    def marks(self) -> CurveMarks:
        yield self.warmup_epochs - 1, "warmup ends"
        yield self.max_epochs, "cosine ends"

    def notes(self) -> Iterator[Problem]:
        if self.warmup_epochs == 0 and self.warmup_start_lr == self.eta_min:
            what = f"{self.name}: with warmup_epochs 0 the whole run is at warmup_start_lr, {self.warmup_start_lr:g}"
            yield Problem("no-warmup", what, help="Give warmup_epochs: 1 at least, or warmup_start_lr")
        if self.setting.length - 1 > self.max_epochs > self.warmup_epochs:
            advice = f"Give max_epochs: {self.setting.length}, the length of the run"
            yield Problem("past-the-end", f"{self.name} climbs again after {self.max_epochs:g}", help=advice)
