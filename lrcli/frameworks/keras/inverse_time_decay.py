"""Inverse time decay."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.frameworks.keras._schedule import KerasSchedule
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class KerasInverseTimeDecay(KerasSchedule):
    """Divide the learning rate by 1 + decay_rate * t / decay_steps: smoothly, or in steps with staircase.

    lr(t) = initial_learning_rate / (1 + decay_rate * (t / decay_steps))

    With staircase t / decay_steps is rounded down.

    >>> decay = KerasInverseTimeDecay(initial_learning_rate=0.1, decay_steps=2, decay_rate=1.0)
    >>> [decay.lr_at(t, 0.0) for t in (0, 2)]
    [0.10000000149011612, 0.05000000074505806]

    Source: keras.optimizers.schedules.InverseTimeDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.InverseTimeDecay"

    decay_steps: float = length(doc="steps of one decay", any_number=True, fills="run", demands=(above(0),))
    decay_rate: float = number(doc="how much the divisor grows with one decay", example="0.5")
    staircase: bool = flag(False, doc="whether it decays in steps")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        to = self.width.to
        lr, size, rate = self.initial(base_lr), self.cast(self.decay_steps), self.cast(self.decay_rate)
        shares = to([c / size for c in to(list(steps))])
        if self.staircase:
            shares = list(map(math.floor, shares))
        divisors = to([1 + grown for grown in to([rate * share for share in shares])])
        return to([lr / divisor for divisor in divisors])

    def turns(self, t: int) -> CurveMarks:
        if self.staircase:
            yield next_turn(t, self.decay_steps, self.decay_steps), "decay"
