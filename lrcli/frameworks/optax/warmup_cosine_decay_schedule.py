"""A linear warmup, then half a cosine."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.frameworks._float32 import Width
from lrcli.frameworks.optax._schedule import OptaxSchedule, cosine, joined, polynomial
from lrcli.schedules import CurveMarks, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class OptaxWarmupCosineDecaySchedule(OptaxSchedule):
    """Warm up linearly from init_value to peak_value, then follow half a cosine to end_value, and stay there.

    lr(t) = (init_value - peak_value) * (1 - t / warmup_steps) + peak_value    for t < warmup_steps
            peak_value * ((1 - alpha) * (0.5 * (1 + cos(pi * min(s, D) / D))) ** exponent + alpha)
                with s = t - warmup_steps, D = decay_steps - warmup_steps and alpha = end_value / peak_value

    decay_steps includes the warmup.

    >>> schedule = OptaxWarmupCosineDecaySchedule(init_value=0.0, peak_value=0.1, warmup_steps=2, decay_steps=6)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05000000074505806, 0.10000000149011612, 0.04999999701976776, 0.0]

    Source: optax.warmup_cosine_decay_schedule (run in 0.2.8, eagerly).
    """

    name = "optax.warmup_cosine_decay_schedule"
    own_rate = "peak_value"

    init_value: float = number(doc="the learning rate at the start", example="0.0")
    peak_value: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_steps: float = length(doc="updates of the warmup", any_number=True, example="500")
    decay_steps: float = length(doc="updates until the end, the warmup included", any_number=True, fills="run")
    end_value: float = number(0.0, doc="the learning rate at the end")
    exponent: float = number(1.0, doc="the exponent of the cosine")

    def check_values(self) -> None:
        reason = "decay_steps, which include the warmup, must be above warmup_steps"
        self.require(self.decay_steps - self.warmup_steps > 0, reason, "decay_steps")

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        lengths = self.warmup_steps, self.decay_steps
        return warmup_cosine(
            self.width, steps, self.init_value, self.rate(base_lr), *lengths, self.end_value, self.exponent
        )

    def marks(self) -> CurveMarks:
        yield self.warmup_steps, "warmup ends"
        yield self.decay_steps, "cosine ends"


def warmup_cosine(
    width: Width,
    counts: Sequence[int],
    init_value: float,
    peak_value: float,
    warmup_steps: float,
    decay_steps: float,
    end_value: float = 0.0,
    exponent: float = 1.0,
) -> list[float]:
    """Compute warmup_cosine_decay_schedule for these counts."""
    alpha = 0.0 if peak_value == 0.0 else end_value / peak_value
    pieces = (
        (0, lambda part: polynomial(width, part, init_value, peak_value, 1, warmup_steps)),
        (warmup_steps, lambda part: cosine(width, part, peak_value, decay_steps - warmup_steps, alpha, exponent)),
    )
    return joined(width, counts, pieces)
