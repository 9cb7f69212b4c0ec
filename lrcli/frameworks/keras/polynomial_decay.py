"""Polynomial decay."""

from __future__ import annotations

import math
from collections.abc import Sequence

from lrcli.frameworks.keras._schedule import KerasSchedule
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, flag, length, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class KerasPolynomialDecay(KerasSchedule):
    """Fall along a polynomial to end_learning_rate over decay_steps, and stay there.

    lr(t) = (initial_learning_rate - end_learning_rate) * (1 - min(t, decay_steps) / decay_steps) ** power
            + end_learning_rate

    With cycle, decay_steps grows to the next multiple of it that is not below t, and the curve climbs again: at a
    multiple itself it is at the end.

    >>> decay = KerasPolynomialDecay(initial_learning_rate=0.1, decay_steps=4, end_learning_rate=0.0)
    >>> [decay.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.05000000074505806, 0.0, 0.0]

    Source: keras.optimizers.schedules.PolynomialDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.PolynomialDecay"

    decay_steps: float = length(doc="steps of the decay", any_number=True, fills="run", demands=(above(0),))
    end_learning_rate: float = number(0.0001, doc="the learning rate at the end")
    power: float = number(1.0, doc="the exponent; 1 is a line")
    cycle: bool = flag(False, doc="whether it begins again from where a longer decay would be")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        to, nearest, power = self.width.to, self.width.nearest, self.width.pow
        lr, end, exponent = self.initial(base_lr), self.cast(self.end_learning_rate), self.cast(self.power)
        size = self.cast(self.decay_steps)
        counts = to(list(steps))
        if self.cycle:
            whole = nearest(self.decay_steps)
            factors = [math.ceil(share) if share else 1 for share in to([c / whole for c in counts])]
            sizes = to([size * factor for factor in factors])
            shares = to([c / n for c, n in zip(counts, sizes, strict=True)])
        else:
            shares = to([min(c, size) / size for c in counts])
        drop = nearest(lr - end)
        left = to([power(rest, exponent) for rest in to([1 - share for share in shares])])
        return to([part + end for part in to([drop * rest for rest in left])])

    def marks(self) -> CurveMarks:
        if not self.cycle:
            yield self.decay_steps, "decay ends"

    def turns(self, t: int) -> CurveMarks:
        if self.cycle:
            for start in (t, max(t - 1, 0)):
                at = next_turn(start, self.decay_steps, self.decay_steps)
                yield from ((at, ""), (at + 1, ""))
