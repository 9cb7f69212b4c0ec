"""NeMo's policies that stay, or fall along a line, a polynomial or half a cosine, without and with a hold."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lrcli.errors import Problem
from lrcli.frameworks.base import raising
from lrcli.frameworks.nemo._policy import NemoAnnealed, NemoHeld, NemoWarmed, edges
from lrcli.frameworks.schedule import Pieces
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, flag, length, number, untried


@dataclass(frozen=True, kw_only=True)
class NemoWarmupPolicy(NemoWarmed):
    """Warm up to the learning rate and stay there; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))    for t <= warmup_steps
            base_lr                                     for t <= max_steps, or for ever without one
            min_lr                                      from there on

    >>> [NemoWarmupPolicy(warmup_steps=1).lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.05, 0.1, 0.1]

    Source: nemo.core.optim.lr_scheduler.WarmupPolicy (run in 3.0.0).
    """

    name = "nemo.WarmupPolicy"
    decays = False

    max_steps: float | None = length(
        None, doc="the last step that is not at min_lr; null: there is none", any_number=True, optional=True
    )

    def body(self, base_lr: float) -> LrRule:
        return lambda t: base_lr


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldPolicy(NemoHeld):
    """Warm up to the learning rate and hold it; past max_steps it is min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))    for t <= warmup_steps
            base_lr                                     for t <= max_steps, or for a longer hold
            min_lr                                      from there on

    >>> policy = NemoWarmupHoldPolicy(warmup_steps=1, max_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3)]
    [0.05, 0.1, 0.1, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldPolicy (run in 3.0.0).
    """

    name = "nemo.WarmupHoldPolicy"
    forgets_warmup = False
    decays = False

    def body(self, base_lr: float) -> LrRule:
        return lambda t: base_lr


@dataclass(frozen=True, kw_only=True)
class NemoWarmupAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall in a line to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))        for t <= warmup_steps
            min_lr + (1 - share) * (first_lr - min_lr)      for t <= max_steps
                with share = (t - warmup_steps) / (max_steps - warmup_steps)
            min_lr                                          from there on

    first_lr is the learning rate of the first parameter group, for all of them.

    >>> [NemoWarmupAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupAnnealing (run in 3.0.0).
    """

    name = "nemo.WarmupAnnealing"

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, self.min_lr, self.max_steps - self.warmup
        delta = self.first_lr(base_lr) - low
        return lambda t: low + (1 - (t - warmup) / rest) * delta

    def notes(self) -> Iterator[Problem]:
        yield from self.first_group_note()


@dataclass(frozen=True, kw_only=True)
class NemoWarmupHoldAnnealLinear(NemoHeld):
    """Warm up to the learning rate, hold it, then fall in a line to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                          for t <= warmup_steps
            base_lr                                                           for t < H = warmup_steps + hold_steps
            base_lr - (base_lr - min_lr) * ((t - H) / (max_steps - H))        for t <= max_steps
            min_lr                                                            from there on

    Without a hold H is 0, and not the end of the warmup.

    >>> policy = NemoWarmupHoldAnnealLinear(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.WarmupHoldAnnealLinear (run in 3.0.0).
    """

    name = "nemo.WarmupHoldAnnealLinear"

    def body(self, base_lr: float) -> LrRule:
        hold, span, rest = self.hold, base_lr - self.min_lr, self.max_steps - self.hold
        return lambda t: base_lr - span * ((t - hold) / rest)


def poly_decay(base_lr: float, begin: float, steps: float, power: float, low: float, cycle: bool) -> LrRule:
    """A polynomial from base_lr to `low` over `steps` steps, then `low`, or (cycle) again over twice as many."""
    span, pow, ceil = base_lr - low, math.pow, math.ceil

    def lr_at(t: int) -> float:
        step, size = t - begin, steps
        if cycle:
            size = steps * (1.0 if step == 0 else ceil(step / steps))
        elif step > steps:
            step = steps
        return span * pow(1.0 - step / size, power) + low

    return lr_at


@dataclass(frozen=True, kw_only=True)
class NemoPolynomialDecayAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall along a polynomial to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))                  for t <= warmup_steps
            (base_lr - min_lr) * (1 - share)**power + min_lr          for t <= max_steps
                with share = (t - warmup_steps) / (max_steps - warmup_steps)
            min_lr                                                    from there on

    >>> [NemoPolynomialDecayAnnealing(max_steps=4, power=2).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.PolynomialDecayAnnealing (run in 3.0.0).
    """

    name = "nemo.PolynomialDecayAnnealing"

    power: float = number(1.0, doc="the exponent")
    cycle: bool = flag(False, doc="whether it would begin again: it never does before max_steps")

    def body(self, base_lr: float) -> LrRule:
        warmup = self.warmup
        return poly_decay(base_lr, warmup, self.max_steps - warmup, self.power, self.min_lr, self.cycle)


@dataclass(frozen=True, kw_only=True)
class NemoPolynomialHoldDecayAnnealing(NemoHeld):
    """Warm up to the learning rate, hold it, then fall along a polynomial to min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))              for t <= warmup_steps
            base_lr                                               for t < H = warmup_steps + hold_steps
            (base_lr - min_lr) * (1 - share)**power + min_lr      for t <= max_steps
                with share = min(1, (t - H) / (max_steps - max(warmup_steps, H)))
            min_lr                                                from there on

    Without a hold H is 0, and not the end of the warmup. With `cycle` the polynomial begins again where that reaches 1
    before max_steps, over twice as many steps.

    >>> policy = NemoPolynomialHoldDecayAnnealing(max_steps=6, hold_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 7)]
    [0.1, 0.1, 0.05, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.PolynomialHoldDecayAnnealing (run in 3.0.0).
    """

    name = "nemo.PolynomialHoldDecayAnnealing"

    power: float = number(1.0, doc="the exponent")
    cycle: bool = flag(False, doc="whether it begins again where it ends before max_steps")

    @property
    def _size(self) -> float:
        return self.max_steps - max(self.warmup, self.hold)

    def body(self, base_lr: float) -> LrRule:
        return poly_decay(base_lr, self.hold, self._size, self.power, self.min_lr, self.cycle)

    def marks(self) -> CurveMarks:
        yield from super().marks()
        size = self._size
        end = self.hold + size * ((self.max_steps - self.hold) // size if self.cycle and size > 0 else 1)
        if self.warmup < math.floor(end) < self.max_steps:
            yield from edges(end, "")


@dataclass(frozen=True, kw_only=True)
class NemoSquareAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then fall with the square of what is left, not below min_lr.

    lr(t) = base_lr * ((t + 1) / (warmup_steps + 1))       for t <= warmup_steps
            max(min_lr, base_lr * ((M - s) / M)**2)        for t <= max_steps
                with s = t - warmup_steps and M = max_steps - warmup_steps
            min_lr                                         from there on

    >>> [NemoSquareAnnealing(max_steps=4, min_lr=0).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.025, 0.0, 0.0]

    Source: nemo.core.optim.lr_scheduler.SquareAnnealing (run in 3.0.0).
    """

    name = "nemo.SquareAnnealing"

    min_lr: float = number(1e-5, doc="the smallest learning rate")

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, float(self.min_lr), self.max_steps - self.warmup
        return lambda t: max(base_lr * ((rest - (t - warmup)) / rest) ** 2, low)


@dataclass(frozen=True, kw_only=True)
class NemoCosineAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then follow half a cosine to min_lr; with constant_steps, stay there so long.

    lr(t) = base_lr * ((t + 1) / (W + 1))                                         for t <= W = warmup_steps
            (base_lr - min_lr) * (0.5 * (1 + cos(pi * (t - W) / (T - W)))) + min_lr    for t <= T = max_steps
            min_lr                                                                from there on

    With constant_steps C it is another curve, of the first group's learning rate for all groups:

    lr(t) = first_lr * t / W                                                      for t <= W
            min_lr + 0.5 * (cos(pi * (t - W) / D) + 1) * (first_lr - min_lr)      for t <= W + D, D = T - (C + W)
            min_lr                                                                from there on

    >>> [NemoCosineAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]
    >>> policy = NemoCosineAnnealing(max_steps=8, warmup_steps=2, constant_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.CosineAnnealing (run in 3.0.0).
    """

    name = "nemo.CosineAnnealing"

    constant_steps: float | None = length(
        None, doc="steps at min_lr at the end of the run", any_number=True, optional=True, rounds="down"
    )
    constant_ratio: float | None = number(
        None, doc="the same as a share of max_steps, rounded down", optional=True, tried=untried
    )

    def check_values(self) -> None:
        super().check_values()
        self.check_pair("constant")

    def check_run(self, setting: Setting) -> None:
        first = self.first_lr(math.inf)
        below = not self.warmup and first < self.min_lr and self.constant <= self.max_steps
        reason = "the learning rate of the first group must be above min_lr with constant_steps"
        exception = "ValueError" if below else "AssertionError"
        self.require(not self.constant or first > self.min_lr, reason, "min_lr", exception)

    @property
    def constant(self) -> float:
        """Steps at min_lr at the end."""
        return self.steps_of("constant")

    def _unless_below(self, rule: LrRule, base_lr: float) -> LrRule:
        """The rule, which raises where the learning rate of some group is below min_lr."""
        below = any(lr < self.min_lr for lr in self.all_lrs(base_lr))
        return raising("nemo", "ValueError", "the learning rate must not be below min_lr") if below else rule

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, self.min_lr, self.max_steps - self.warmup
        span, pi, cos = base_lr - self.min_lr, math.pi, math.cos
        return self._unless_below(lambda t: span * (0.5 * (1 + cos(pi * (t - warmup) / rest))) + low, base_lr)

    def pieces(self, base_lr: float) -> Pieces:
        if not self.constant:
            return super().pieces(base_lr)
        top, low, warmup = self.first_lr(base_lr), float(self.min_lr), self.warmup
        decay, span, pi, cos = self.max_steps - (self.constant + warmup), top - low, math.pi, math.cos
        climb, size = float(warmup), float(decay)
        end = math.floor(min(warmup + decay, self.max_steps)) + 1
        fall = self._unless_below(lambda t: low + 0.5 * (cos(pi * ((t - warmup) / size)) + 1.0) * span, base_lr)
        return (
            (math.floor(warmup) + 1 if warmup > 0 else 0, lambda t: top * t / climb),
            (end, fall),
            (math.inf, lambda t: low),
        )

    def marks(self) -> CurveMarks:
        if not self.constant:
            yield from super().marks()
            return
        yield from edges(self.warmup, "warmup ends")
        yield from edges(self.max_steps - self.constant, "decay ends")

    def notes(self) -> Iterator[Problem]:
        if self.constant:
            yield from self.first_group_note()
