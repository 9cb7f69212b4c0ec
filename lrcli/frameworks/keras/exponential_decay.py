"""Exponential decay."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.frameworks.keras._schedule import KerasSchedule
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class KerasExponentialDecay(KerasSchedule):
    """Multiply the learning rate by decay_rate over every decay_steps: smoothly, or in steps with staircase.

    lr(t) = initial_learning_rate * decay_rate ** (t / decay_steps)

    With staircase the exponent is rounded down.

    >>> decay = KerasExponentialDecay(initial_learning_rate=0.1, decay_steps=2, decay_rate=0.5)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2)]
    [0.10000000149011612, 0.0707106813788414, 0.05000000074505806]

    Source: keras.optimizers.schedules.ExponentialDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.ExponentialDecay"

    decay_steps: float = length(doc="steps of one decay", any_number=True, fills="run", demands=(above(0),))
    decay_rate: float = number(doc="factor of one decay", example="0.96")
    staircase: bool = flag(False, doc="whether it decays in steps")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        to, power = self.width.to, self.width.pow
        lr, size, rate = self.initial(base_lr), self.cast(self.decay_steps), self.cast(self.decay_rate)
        shares = to([c / size for c in to(list(steps))])
        if self.staircase:
            shares = list(map(math.floor, shares))
        factors = self.width.flush(to([power(rate, share) for share in shares]))
        return self.width.flush(to([lr * factor for factor in factors]))

    def turns(self, t: int) -> CurveMarks:
        if self.staircase:
            yield next_turn(t, self.decay_steps, self.decay_steps), f"decay x{self.decay_rate:g}"
