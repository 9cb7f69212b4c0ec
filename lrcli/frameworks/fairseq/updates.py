"""fairseq's schedulers that count updates alone, and what all have in common: one learning rate for all groups."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lrcli.frameworks.schedule import FrameworkSchedule, Pieced, Pieces
from lrcli.schedules import CurveMarks, LrRule, Setting, are_numbers, data, dataclass, length, number

ONE_EPOCH = 1 << 62
"""More updates than a run has: those of an epoch where nothing says how many it has."""

ONE_RATE = "fairseq sets one lr for all groups: they must not have different ones"


@dataclass(frozen=True, kw_only=True)
class FairseqScheduler(FrameworkSchedule):
    """A scheduler of the one learning rate of the optimizer."""

    one_rate = ONE_RATE

    def check_run(self, setting: Setting) -> None:
        if setting.lr is not None:
            self.check(setting.lr)

    def check(self, lr: float) -> None:
        """Raise what fairseq refuses of the arguments with this learning rate."""

    @property
    def clock(self) -> tuple[int, int]:
        """The updates of a row, and of an epoch."""
        run = self.setting
        return run.steps_per_row, run.steps_per_epoch or (1 if run.interval == "epoch" else ONE_EPOCH)


@dataclass(frozen=True, kw_only=True)
class FairseqWarmed(FairseqScheduler):
    """A scheduler with a linear warmup."""

    warmup_updates: float = length(0, doc="updates of the linear warmup", any_number=True, example="400")

    def marks(self) -> CurveMarks:
        yield self.warmup_updates, "warmup ends"


@dataclass(frozen=True, kw_only=True)
class FairseqFloored(Pieced, FairseqWarmed):
    """A scheduler with a smallest learning rate, from which the warmup begins unless it is told otherwise."""

    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: min_lr")
    min_lr: float = number(0.0, doc="the smallest learning rate")

    def check(self, lr: float) -> None:
        self.require(lr > self.min_lr, "lr must be more than min_lr", "min_lr", "AssertionError")

    def body(self, base_lr: float) -> LrRule:
        """The learning rate after the warmup."""
        raise NotImplementedError

    def pieces(self, base_lr: float) -> Pieces:
        warmup = self.warmup_updates
        first = self.min_lr if self.warmup_init_lr < 0 else self.warmup_init_lr
        gain = (base_lr - first) / warmup if warmup > 0 else 1
        return (warmup, lambda t: first + t * gain), (math.inf, self.body(base_lr))


@dataclass(frozen=True, kw_only=True)
class FairseqInverseSqrt(FairseqWarmed):
    """Warm up linearly, then fall with the inverse square root of the update.

    lr(t) = warmup_init_lr + t * ((base_lr - warmup_init_lr) / warmup_updates)    for t < warmup_updates
            base_lr * warmup_updates**0.5 * t**-0.5                               from there on

    >>> schedule = FairseqInverseSqrt(warmup_updates=4)
    >>> [schedule.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 16)]
    [0.0, 0.05, 0.1, 0.05]

    Source: fairseq/optim/lr_scheduler/inverse_square_root_schedule.py (run in 0.12.2).
    """

    name = "fairseq.inverse_sqrt"
    aliases = ("InverseSquareRootSchedule",)

    warmup_updates: float = length(4000, doc="updates of the linear warmup", any_number=True)
    warmup_init_lr: float = number(-1, doc="the learning rate at the start of the warmup; below 0: 0")

    def check_values(self) -> None:
        warmup = self.warmup_updates
        exception = "TypeError" if warmup else "ZeroDivisionError"
        self.require(warmup > 0, "warmup_updates must be above 0", "warmup_updates", exception)

    def rule(self, base_lr: float) -> LrRule:
        warmup = self.warmup_updates
        start = 0 if self.warmup_init_lr < 0 else self.warmup_init_lr
        gain, decay = (base_lr - start) / warmup, base_lr * warmup**0.5
        return lambda t: start + t * gain if t < warmup else decay * t**-0.5


@dataclass(frozen=True, kw_only=True)
class FairseqStep(FairseqFloored):
    """Warm up linearly, then multiply the learning rate by lr_decay each lr_deacy_period updates, down to min_lr.

    lr(t) = w0 + t * ((base_lr - w0) / warmup_updates)    for t < warmup_updates, w0 = warmup_init_lr or min_lr
            max(min_lr, base_lr * lr_decay**((t - warmup_updates) // lr_deacy_period))    from there on

    lr_deacy_period is fairseq's spelling.

    >>> schedule = FairseqStep(lr_deacy_period=2)
    >>> [schedule.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.1, 0.1, 0.05, 0.025]

    Source: fairseq/optim/lr_scheduler/step_lr_scheduler.py (run in 0.12.2).
    """

    name = "fairseq.step"
    aliases = ("StepLRSchedule",)

    lr_deacy_period: float = length(25000, doc="updates from one step to the next", any_number=True, example="2000")
    lr_decay: float = number(0.5, doc="factor of each step")

    def check_values(self) -> None:
        above = self.lr_deacy_period > 0
        self.require(above, "lr_deacy_period must be above 0", "lr_deacy_period", "AssertionError")
        self.require(self.lr_decay <= 1, "lr_decay must be at most 1", "lr_decay", "AssertionError")
        self.require(self.min_lr >= 0, "min_lr must be at least 0", "min_lr", "AssertionError")

    def body(self, base_lr: float) -> LrRule:
        warmup, period, decay, low = self.warmup_updates, self.lr_deacy_period, self.lr_decay, float(self.min_lr)
        return lambda t: lr if (lr := base_lr * decay ** ((t - warmup) // period)) >= low else low

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        period = self.lr_deacy_period
        yield self.warmup_updates + period, period, f"step x{self.lr_decay:g}"


@dataclass(frozen=True, kw_only=True)
class FairseqTriStage(Pieced, FairseqScheduler):
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

    def pieces(self, base_lr: float) -> Pieces:
        warmup, hold, decay = self.stages
        start, end, exp = self.init_lr_scale * base_lr, self.final_lr_scale * base_lr, math.exp
        gain = (base_lr - start) / warmup if warmup != 0 else 0
        factor, fall = -math.log(self.final_lr_scale) / decay, warmup + hold

        return (
            (warmup, lambda t: start + gain * t),
            (fall, lambda t: base_lr),
            (math.floor(fall + decay) + 1, lambda t: base_lr * exp(-factor * (t - fall))),
            (math.inf, lambda t: end),
        )

    def marks(self) -> CurveMarks:
        warmup, hold, decay = self.stages
        yield warmup, "warmup ends" if warmup else ""
        if hold:
            yield warmup + hold, "hold ends"
        yield warmup + hold + decay, "decay ends"
        yield warmup + hold + decay + 1, ""
