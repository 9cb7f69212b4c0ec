"""The callback that sets the learning rate of each epoch by a function."""

from __future__ import annotations

from collections.abc import Sequence

from lrcli.expression import Expression
from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.keras._schedule import ONE_RATE
from lrcli.frameworks.vectored import Vectored
from lrcli.schedules import dataclass, expression


@dataclass(frozen=True, kw_only=True)
class KerasLearningRateScheduler(Vectored):
    """Set the learning rate of each epoch to what a function of the epoch gives, as a float32.

    lr(t) = schedule(t)

    A row is an epoch: the callback acts at the beginning of each. An expression that needs the learning rate before it
    has to be written as one of the epoch alone.

    >>> KerasLearningRateScheduler(schedule=Expression("0.1 * 0.5 ** (epoch // 10)")).lr_at(10, 0.0)
    0.05000000074505806

    Source: keras.callbacks.LearningRateScheduler (read in 3.15.1).
    """

    name = "keras.LearningRateScheduler"
    counts = "epoch"
    sets_lr = True
    one_rate = ONE_RATE
    irregular = True  # an expression may do anything

    schedule: Expression = expression(
        doc="the learning rate, an arithmetic expression of epoch", example='"0.1 * 0.5 ** (epoch // 10)"'
    )

    def stretch(self, steps: Sequence[int], base_lr: float) -> list[float]:
        return singles(list(map(self.schedule.function, steps)))

    def ignores(self, lr: float) -> bool:
        return super().ignores(lr) and super().ignores(f32(lr))
