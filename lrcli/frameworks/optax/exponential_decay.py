"""Exponential decay or growth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, exponential
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class OptaxExponentialDecay(OptaxSchedule):
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
    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    transition_steps: float = length(doc="updates of one decay", any_number=True, fills="run")
    decay_rate: float = number(doc="factor of one decay", example="0.1")
    transition_begin: float = length(0, doc="updates before it begins", any_number=True)
    staircase: bool = flag(False, doc="whether it decays in steps")
    end_value: float | None = number(None, doc="where the decay (or the growth) stops", optional=True)

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return exponential(
            self.width,
            steps,
            self.rate(base_lr),
            self.transition_steps,
            self.decay_rate,
            self.transition_begin,
            self.staircase,
            self.end_value,
        )

    def marks(self) -> CurveMarks:
        begin, init, end, rate = max(self.transition_begin, 0), self.init_value, self.end_value, self.decay_rate
        yield begin, "decay begins"
        if self.transition_steps > 0 and init and end and rate > 0 and rate != 1 and end / init > 0:
            decays = math.log(end / init) / math.log(rate)
            if 0 < decays < 1e9:  # where end_value is reached, about: the updates around it
                at = begin + math.floor(decays * self.transition_steps)
                yield from ((at, ""), (at + 1, ""), (at + 2, ""))

    def turns(self, t: int) -> CurveMarks:
        if self.staircase and self.transition_steps > 0:
            begin = max(self.transition_begin, 0) + self.transition_steps
            yield next_turn(t, begin, self.transition_steps), ""
