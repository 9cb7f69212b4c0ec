"""A warmup, a hold, and an exponential decay."""

from __future__ import annotations

import math
from typing import Any

from lrcli.frameworks.fairseq._scheduler import FairseqScheduler
from lrcli.schedules import CurveMarks, LrRule, are_numbers, data, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class FairseqTriStage(FairseqScheduler):
    """Warm up linearly, hold the learning rate, fall exponentially to final_lr_scale of it, and stay there.

    lr(t) = base_lr * init_lr_scale + (base_lr - base_lr * init_lr_scale) / W * t    for t < W = warmup_steps
            base_lr                                                                  for t < W + H, H = hold_steps
            base_lr * exp(log(final_lr_scale) / D * (t - W - H))                     for t <= W + H + D, D = decay_steps
            base_lr * final_lr_scale                                                 from there on

    With phase_ratio W, H and D are int(max_update * ratio).

    >>> schedule = FairseqTriStage(warmup_steps=2, hold_steps=1, decay_steps=2)
    >>> [round(schedule.lr_at(t, base_lr=0.1), 4) for t in (0, 1, 2, 3, 4, 5)]
    [0.001, 0.0505, 0.1, 0.1, 0.01, 0.001]

    Source: fairseq/optim/lr_scheduler/tri_stage_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.tri_stage"
    aliases = ("TriStageLRSchedule",)

    warmup_steps: float = length(0, doc="updates of the warmup", any_number=True, example="500")
    hold_steps: float = length(0, doc="updates of the hold", any_number=True, example="2000")
    decay_steps: float = length(0, doc="updates of the decay", any_number=True, example="5000")
    phase_ratio: Any = data(
        None,
        doc="shares of max_update for the three, instead of their updates",
        takes="three numbers",
        test=lambda value: are_numbers(value) and len(value) == 3,
        optional=True,
    )
    init_lr_scale: float = number(0.01, doc="the first learning rate as a share")
    final_lr_scale: float = number(0.01, doc="the last learning rate as a share")
    max_update: float | None = length(
        None, doc="updates of the run, for phase_ratio", any_number=True, optional=True, fills="run"
    )

    def check_values(self) -> None:
        ratio = self.phase_ratio
        whole = ratio is None or sum(ratio) == 1
        self.require(whole, "phase ratios must add up to 1", "phase_ratio", "AssertionError")
        self.require(self.final_lr_scale > 0, "math domain error: its logarithm", "final_lr_scale")
        if ratio is None:
            self.check(1.0)

    def check(self, lr: float) -> None:
        known = self.phase_ratio is None or (self.max_update or 0) > 0
        self.require(known, "phase_ratio needs max_update", "max_update", "AssertionError")
        self.require(sum(self.stages) > 0, "please specify steps or phase_ratio", "warmup_steps", "AssertionError")
        self.require(self.stages[2] != 0, "decay_steps must not be 0", "decay_steps", "ZeroDivisionError")

    @property
    def stages(self) -> tuple[float, float, float]:
        """Updates of the warmup, the hold and the decay."""
        if self.phase_ratio is None:
            return self.warmup_steps, self.hold_steps, self.decay_steps
        warmup, hold, decay = (int((self.max_update or 0) * part) for part in self.phase_ratio)
        return warmup, hold, decay

    def rule(self, base_lr: float) -> LrRule:
        warmup, hold, decay = self.stages
        start, end, exp = self.init_lr_scale * base_lr, self.final_lr_scale * base_lr, math.exp
        gain = (base_lr - start) / warmup if warmup != 0 else 0
        factor, fall = -math.log(self.final_lr_scale) / decay, warmup + hold

        def lr_at(t: int) -> float:
            if t < warmup:
                return start + gain * t
            if t < fall:
                return base_lr
            return base_lr * exp(-factor * (t - fall)) if t <= fall + decay else end

        return lr_at

    def marks(self) -> CurveMarks:
        warmup, hold, decay = self.stages
        yield warmup, "warmup ends" if warmup else ""
        if hold:
            yield warmup + hold, "hold ends"
        yield warmup + hold + decay, "decay ends"
        yield warmup + hold + decay + 1, ""
