"""NeMo's policies that fall with a square root, and those of Noam."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.base import raising
from lrcli.frameworks.nemo._policy import NemoAnnealed, NemoHeld, NemoPolicy, NemoWarmed, edges
from lrcli.frameworks.schedule import Pieces
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, length, number, untried


@dataclass(frozen=True, kw_only=True)
class NemoSquareRootAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the square root of what is left, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                        for t <= warmup_steps
            max(min_lr, base_lr * ((max_steps - t) / max_steps)**0.5)       for t <= max_steps
            min_lr                                                          from there on

    The decay runs during the warmup, so the learning rate jumps down as that ends.

    >>> [NemoSquareRootAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 3, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.SquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.SquareRootAnnealing"

    def body(self, base_lr: float) -> LrRule:
        total, low = self.max_steps, float(self.min_lr)
        return lambda t: max(base_lr * ((total - t) / total) ** 0.5, low)

    def notes(self) -> Iterator[Problem]:
        if self.warmup > 0:
            yield Problem("jump", f"{self.name} jumps down as the warmup ends: its decay is counted from step 0")


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldAnnealOneMinusSquareRoot(NemoHeld):
    """Warm up to the learning rate, hold it, then fall with 1 - sqrt(share), not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                        for t <= warmup_steps
            base_lr                                                         for t < H = warmup_steps + hold_steps
            max(min_lr, base_lr * (1 - ((t - H) / (max_steps - H))**0.5))   for t <= max_steps
            min_lr                                                          from there on

    Without a hold H is 0, and not the end of the warmup.

    >>> policy = NemoWarmupHoldAnnealOneMinusSquareRoot(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldAnnealOneMinusSquareRoot (run in 3.0.0).
    """

    name = "nemo.WarmupHoldAnnealOneMinusSquareRoot"

    def body(self, base_lr: float) -> LrRule:
        hold, low, rest = self.hold, float(self.min_lr), self.max_steps - self.hold
        return lambda t: max(low, base_lr * (1 - ((t - hold) / rest) ** 0.5))


@dataclass(frozen=True, kw_only=True)
class NemoInverseSquareRootAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the inverse square root of the step; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))             for t <= warmup_steps
            base_lr / ((t + 1) / (warmup_steps + 1))**0.5        for t <= max_steps
            min_lr                                               from there on

    min_lr is no floor: it is where the learning rate jumps to past max_steps, also upwards.

    >>> policy = NemoInverseSquareRootAnnealing(warmup_steps=1, max_steps=7)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 7, 8)]
    [0.05, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.InverseSquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.InverseSquareRootAnnealing"

    def body(self, base_lr: float) -> LrRule:
        climb = self.warmup + 1
        return lambda t: base_lr / ((t + 1) / climb) ** 0.5

    def notes(self) -> Iterator[Problem]:
        if self.setting.length > self.max_steps + 1:
            yield Problem("past-the-end", f"{self.name} jumps to min_lr after step {self.max_steps:g}: it is no floor")


@dataclass(frozen=True, kw_only=True)
class NemoT5InverseSquareRootAnnealing(NemoPolicy):
    """Stay at 1 / sqrt(constant_steps), then fall with the inverse square root of the step.

    lr(t) = 1 / constant_steps**0.5    for t <= constant_steps
            1 / t**0.5                 for t <= max_steps
            min_lr                     from there on

    The learning rate of the optimizer is not used.

    >>> policy = NemoT5InverseSquareRootAnnealing(constant_steps=4, max_steps=16)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 4, 16, 17)]
    [0.5, 0.5, 0.25, 0.0]

    Source: nemo.core.optim.lr_scheduler.T5InverseSquareRootAnnealing (run in 3.0.0).
    """

    name = "nemo.T5InverseSquareRootAnnealing"
    lr_is_factor = True
    sets_lr = True

    constant_steps: float | None = length(
        None, doc="steps of the constant; there must be some", any_number=True, optional=True, example="1000"
    )
    constant_ratio: float | None = number(
        None, doc="a share of max_steps instead: NeMo raises a TypeError", optional=True, tried=untried
    )
    max_steps: float = length(doc="the last step that is not at min_lr", any_number=True, fills="run")

    def check_values(self) -> None:
        self.check_pair("constant")
        steps = self.constant_steps
        self.require(steps is not None, "constant_steps must be given", "constant_steps", "TypeError")
        exception = "TypeError" if steps else "ZeroDivisionError"
        self.require((steps or 0) > 0, "constant_steps must be above 0", "constant_steps", exception)

    def pieces(self, base_lr: float) -> Pieces:
        steps, low = self.constant_steps or 1, float(self.min_lr)
        constant = 1 / (steps**0.5)
        return (
            (math.floor(steps) + 1, lambda t: constant),
            (math.floor(self.max_steps) + 1, lambda t: 1 / (t**0.5)),
            (math.inf, lambda t: low),
        )

    def marks(self) -> CurveMarks:
        yield from edges(self.constant_steps or 0, "constant ends")
        yield from edges(self.max_steps, "decay ends")


@dataclass(frozen=True, kw_only=True)
class NemoNoamAnnealing(NemoWarmed):
    """Warm up in a line, then fall with the inverse square root of the step; the learning rate is a factor of it.

    lr(t) = base_lr * (d_model**-0.5 * min(s**-0.5, s * warmup_steps**-1.5))    with s = max(1, t)

    Above warmup_steps it does not fall below min_lr. Updates 0 and 1 are alike.

    >>> policy = NemoNoamAnnealing(d_model=4, warmup_steps=4)
    >>> [policy.lr_at(t, base_lr=1.0) for t in (0, 1, 4, 16)]
    [0.0625, 0.0625, 0.25, 0.125]

    Source: nemo.core.optim.lr_scheduler.NoamAnnealing (run in 3.0.0).
    """

    name = "nemo.NoamAnnealing"
    lr_is_factor = True

    d_model: float = number(doc="the width of the model", above=0, example="512")
    max_steps: float | None = length(
        None, doc="steps of the run, which warmup_ratio is a share of", any_number=True, optional=True, fills="run"
    )

    def check_run(self, setting: Setting) -> None:
        above = all(lr >= self.min_lr for lr in self.all_lrs(1.0))
        self.require(above, "the learning rate must not be below min_lr", "min_lr")

    def _peak_share(self) -> float:
        return float(self.d_model ** (-0.5) * max(1, self.warmup) ** (-0.5))

    def pieces(self, base_lr: float) -> Pieces:
        warmup, low, normal = self.warmup, float(self.min_lr), self.d_model ** (-0.5)

        slope = warmup ** (-1.5) if warmup > 0 else math.inf

        def lr_at(t: int) -> float:
            lr: float = base_lr * (normal * min(t ** (-0.5), t * slope))
            return max(lr, low) if t > warmup else lr

        return ((1, lambda t: lr_at(1)), (math.inf, lr_at))

    def marks(self) -> CurveMarks:
        yield 1, ""
        if self.warmup > 0:
            yield from edges(self.warmup, "warmup ends")

    def notes(self) -> Iterator[Problem]:
        lr = self.setting.lr
        if lr is not None and lr * self._peak_share() < self.min_lr:
            what = f"{self.name}: lr is a factor here, and the peak of the warmup is below min_lr"
            why = f"it peaks at {lr * self._peak_share():.3g}, then jumps up to min_lr and stays there"
            yield Problem("peak-below-min-lr", what, why)


@dataclass(frozen=True, kw_only=True)
class NemoNoamHoldAnnealing(NemoHeld):
    """Warm up to the learning rate, hold it, then fall with a power of the step, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))        for t <= W = warmup_steps
            base_lr                                         for t < W + hold_steps
            max(min_lr, base_lr * max(1, W**decay_rate) / max(1, (t - hold_steps)**decay_rate))    for t <= max_steps
            min_lr                                          from there on

    >>> policy = NemoNoamHoldAnnealing(warmup_steps=4, max_steps=16)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 4, 16, 17)]
    [0.020000000000000004, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.NoamHoldAnnealing (run in 3.0.0).
    """

    name = "nemo.NoamHoldAnnealing"

    forgets_warmup = False

    warmup_steps: float | None = length(
        None, doc="steps of the warmup; there must be one", any_number=True, optional=True, rounds="down", example="500"
    )
    decay_rate: float = number(0.5, doc="the exponent")

    def body(self, base_lr: float) -> LrRule:
        warmup, rate, low = self.warmup, self.decay_rate, float(self.min_lr)
        if warmup == 0:
            return raising("nemo", "ValueError", "Noam cannot be used without warmup steps")
        hold = self.hold - warmup if self.hold > 0 else 0
        top = base_lr * max(1, warmup**rate)

        def lr_at(t: int) -> float:
            lr: float = top / max(1, (t - hold) ** rate)
            return max(lr, low)

        return lr_at
