"""A linear warmup, then an exponential decay."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, exponential, joined, polynomial
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupExponentialDecaySchedule(OptaxSchedule):
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
    own_rate = "peak_value"

    init_value: float = number(doc="the learning rate at the start", example="0.0")
    peak_value: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_steps: float = length(doc="updates of the warmup", any_number=True, example="500")
    transition_steps: float = length(doc="updates of one decay", any_number=True, fills="run")
    decay_rate: float = number(doc="factor of one decay", example="0.1")
    transition_begin: float = length(0, doc="updates after the warmup before it begins", any_number=True)
    staircase: bool = flag(False, doc="whether it decays in steps")
    end_value: float | None = number(None, doc="where the decay (or the growth) stops", optional=True)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        width, peak = self.width, self.rate(base_lr)
        size, rate, begin, stairs = self.transition_steps, self.decay_rate, self.transition_begin, self.staircase
        pieces = (
            (0, lambda part: polynomial(width, part, self.init_value, peak, 1, self.warmup_steps)),
            (
                self.warmup_steps,
                lambda part: exponential(width, part, peak, size, rate, begin, stairs, self.end_value),
            ),
        )
        return joined(width, steps, pieces)

    def marks(self) -> CurveMarks:
        yield self.warmup_steps, "warmup ends"
        if self.transition_begin > 0:
            yield self.warmup_steps + self.transition_begin, "decay begins"

    def turns(self, t: int) -> CurveMarks:
        if self.staircase and self.transition_steps > 0:
            begin = self.warmup_steps + max(self.transition_begin, 0) + self.transition_steps
            yield next_turn(t, begin, self.transition_steps), ""
