"""optax's constant, polynomials and exponentials, and those with a warmup."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from lrcli.frameworks.optax._schedule import OptaxSchedule, OptaxStarted, OptaxWarmed, exponential, joined, polynomial
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class OptaxConstantSchedule(OptaxSchedule):
    """Keep one learning rate: the Python float itself, which no array rounds.

    lr(t) = value

    >>> OptaxConstantSchedule(value=0.1).lr_at(7, 0.0)
    0.1

    Source: optax.constant_schedule (run in 0.2.8).
    """

    name = "optax.constant_schedule"
    own_rate = "value"

    value: float | None = number(None, doc="the learning rate", optional=True)

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return [self.rate(base_lr)] * len(steps)


@dataclass(frozen=True, kw_only=True)
class OptaxLinearSchedule(OptaxStarted):
    """Go from init_value to end_value along a line, and stay there.

    lr(t) = (init_value - end_value) * (1 - n / transition_steps) + end_value
            with n = t - transition_begin, cut to 0 and transition_steps

    Step 0 is (init_value - end_value) + end_value, which float32 may round away from init_value.

    >>> schedule = OptaxLinearSchedule(init_value=0.0, end_value=0.1, transition_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.10000000149011612]

    Source: optax.linear_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.linear_schedule"

    end_value: float = number(doc="the learning rate at the end", example="0.0")
    transition_steps: float = length(doc="updates of the way", any_number=True, fills="run")
    transition_begin: float = length(0, doc="updates before it begins", any_number=True)

    @property
    def exponent(self) -> float:
        """The power of the line, or of the polynomial that a subclass is."""
        return 1

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        init, size, begin = self.rate(base_lr), self.transition_steps, self.transition_begin
        return polynomial(self.width, steps, init, self.end_value, self.exponent, size, begin)

    def marks(self) -> CurveMarks:
        if self.transition_steps > 0:
            begin = max(self.transition_begin, 0)
            yield begin, "transition begins"
            yield begin + self.transition_steps, "transition ends"


@dataclass(frozen=True, kw_only=True)
class OptaxPolynomialSchedule(OptaxLinearSchedule):
    """Go from init_value to end_value along a polynomial, and stay there.

    lr(t) = (init_value - end_value) * (1 - n / transition_steps) ** power + end_value
            with n = t - transition_begin, cut to 0 and transition_steps

    transition_steps of 0 or less keep init_value.

    >>> schedule = OptaxPolynomialSchedule(init_value=0.1, end_value=0.0, power=2, transition_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.02500000037252903, 0.0, 0.0]

    Source: optax.polynomial_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.polynomial_schedule"
    aliases = ("polynomial_decay",)

    power: float = number(doc="the exponent; 1 is a line", example="2")

    @property
    def exponent(self) -> float:
        return self.power


@dataclass(frozen=True, kw_only=True)
class OptaxDecaying(OptaxSchedule):
    """A schedule that is multiplied by decay_rate over every transition_steps."""

    transition_steps: float = length(doc="updates of one decay", any_number=True, fills="run")
    decay_rate: float = number(doc="factor of one decay", example="0.1")
    transition_begin: float = length(0, doc="updates before it begins", any_number=True)
    staircase: bool = flag(False, doc="whether it decays in steps")
    end_value: float | None = number(None, doc="where the decay (or the growth) stops", optional=True)

    @property
    def begin(self) -> float:
        """The count at which the decay begins."""
        return max(self.transition_begin, 0)

    def decay(self, top: float, counts: Sequence[int]) -> list[float]:
        """The learning rates of the decay from `top`."""
        size, rate, begin = self.transition_steps, self.decay_rate, self.transition_begin
        return exponential(self.width, counts, top, size, rate, begin, self.staircase, self.end_value)

    def turns(self, t: int) -> CurveMarks:
        if self.staircase and self.transition_steps > 0:
            yield next_turn(t, self.begin + self.transition_steps, self.transition_steps), ""


@dataclass(frozen=True, kw_only=True)
class OptaxExponentialDecay(OptaxDecaying, OptaxStarted):
    """Multiply the learning rate by decay_rate over every transition_steps, down (or up) to end_value.

    lr(t) = init_value * decay_rate ** (n / transition_steps)    with n = t - transition_begin; init_value for n <= 0

    With staircase the exponent is rounded down. end_value is a floor for a decay_rate below 1, else a ceiling.
    transition_steps of 0 or less and a decay_rate of 0 keep init_value.

    >>> schedule = OptaxExponentialDecay(init_value=0.1, transition_steps=2, decay_rate=0.5, end_value=0.04)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4)]
    [0.10000000149011612, 0.05000000074505806, 0.03999999910593033]

    Source: optax.exponential_decay (run in 0.2.8, eagerly).
    """

    name = "optax.exponential_decay"

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return self.decay(self.rate(base_lr), steps)

    def marks(self) -> CurveMarks:
        begin, init, end, rate = self.begin, self.init_value, self.end_value, self.decay_rate
        yield begin, "decay begins"
        if self.transition_steps > 0 and init and end and rate > 0 and rate != 1 and end / init > 0:
            decays = math.log(end / init) / math.log(rate)
            if 0 < decays < 1e9:  # where end_value is reached, about: the updates around it
                at = begin + math.floor(decays * self.transition_steps)
                yield from ((at, ""), (at + 1, ""), (at + 2, ""))


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupConstantSchedule(OptaxWarmed):
    """Warm up linearly from init_value to peak_value, and stay there.

    lr(t) = (init_value - peak_value) * (1 - min(t, warmup_steps) / warmup_steps) + peak_value

    >>> schedule = OptaxWarmupConstantSchedule(init_value=0.0, peak_value=0.1, warmup_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.10000000149011612]

    Source: optax.warmup_constant_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.warmup_constant_schedule"

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return self.climb(steps, base_lr)


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupExponentialDecaySchedule(OptaxDecaying, OptaxWarmed):
    """Warm up linearly from init_value to peak_value, then multiply by decay_rate over every transition_steps.

    lr(t) = (init_value - peak_value) * (1 - t / warmup_steps) + peak_value    for t < warmup_steps
            exponential_decay from peak_value at t - warmup_steps              from there on

    >>> schedule = OptaxWarmupExponentialDecaySchedule(
    ...     init_value=0.0, peak_value=0.1, warmup_steps=2, transition_steps=2, decay_rate=0.5
    ... )
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 2, 4)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.05000000074505806]

    Source: optax.warmup_exponential_decay_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.warmup_exponential_decay_schedule"

    transition_begin: float = length(0, doc="updates after the warmup before it begins", any_number=True)

    @property
    def begin(self) -> float:
        return self.warmup_steps + super().begin

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        climb, decay = partial(self.climb, base_lr=base_lr), partial(self.decay, self.rate(base_lr))
        return joined(self.width, steps, ((0, climb), (self.warmup_steps, decay)))

    def marks(self) -> CurveMarks:
        yield from super().marks()
        if self.transition_begin > 0:
            yield self.begin, "decay begins"
