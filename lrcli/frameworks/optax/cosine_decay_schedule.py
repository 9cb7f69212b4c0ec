"""Half a cosine."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks.optax._schedule import OptaxSchedule, cosine
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class OptaxCosineDecaySchedule(OptaxSchedule):
    """Follow half a cosine from init_value to alpha of it, and stay there.

    lr(t) = init_value * ((1 - alpha) * (0.5 * (1 + cos(pi * min(t, decay_steps) / decay_steps))) ** exponent + alpha)

    >>> schedule = OptaxCosineDecaySchedule(init_value=0.1, decay_steps=4)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.04999999701976776, 0.0, 0.0]

    Source: optax.cosine_decay_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.cosine_decay_schedule"
    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)
    decay_steps: float = length(doc="updates of the cosine", any_number=True, fills="run", demands=(above(0),))
    alpha: float = number(0.0, doc="the last learning rate as a share of init_value")
    exponent: float = number(1.0, doc="the exponent of the cosine")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return cosine(self.width, steps, self.rate(base_lr), self.decay_steps, self.alpha, self.exponent)

    def marks(self) -> CurveMarks:
        yield self.decay_steps, "cosine ends"
