"""Keras' callbacks that set the learning rate at each epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lrcli.errors import InvalidValue
from lrcli.expression import Expression
from lrcli.frameworks._float32 import f32, singles
from lrcli.frameworks.keras.decays import ONE_RATE
from lrcli.frameworks.metered import Metered
from lrcli.frameworks.schedule import FrameworkSchedule, Listed, below
from lrcli.schedules import count, dataclass, expression, number, text, untried


@dataclass(frozen=True, kw_only=True)
class KerasLearningRateScheduler(Listed, FrameworkSchedule):
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

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        return singles(self.schedule.values(steps))

    def ignores(self, lr: float) -> bool:
        return super().ignores(lr) and super().ignores(f32(lr))


SMALLER = ("loss", "mean_squared_error", "mse", "mean_absolute_error", "mae")
LARGER = ("accuracy", "acc", "auc", "precision", "recall", "f1_score", "binary_accuracy", "categorical_accuracy")


@dataclass(frozen=True, kw_only=True)
class KerasReduceLROnPlateau(Metered):
    """Multiply the learning rate by factor when the metric has not got better for patience epochs.

    A metric is better where it beats the best by more than min_delta, the first one always. Otherwise, and outside of a
    cooldown, one more epoch has waited; at patience of them

    lr(t) = max(lr * factor, min_lr), as a float32

    if the learning rate is above min_lr; then a cooldown begins, and the waiting starts again. A row is an epoch:
    metric[t] acts after epoch t.

    >>> plateau = KerasReduceLROnPlateau(patience=2, factor=0.5, metric=(1.0, 0.8, 0.8, 0.8))
    >>> [plateau.lr_at(t, base_lr=0.25) for t in range(5)]
    [0.25, 0.25, 0.25, 0.25, 0.125]

    Source: keras.callbacks.ReduceLROnPlateau (run in 3.15.1 with jax; floatx is float32).
    """

    name = "keras.ReduceLROnPlateau"
    one_rate = ONE_RATE

    monitor: str = text("val_loss", doc="the name of the metric, by which mode auto knows its direction")
    factor: float = number(0.1, doc="factor of each reduction", demands=(below(1),))
    patience: float = count(10, doc="epochs without a better metric until a reduction", example="3")
    verbose: float = count(0, doc="whether Keras prints each reduction; it changes no number", tried=untried)
    mode: str = text(
        "auto", doc="auto, min or max: whether a smaller or a larger metric is better", choices=("auto", "min", "max")
    )
    min_delta: float = number(1e-4, doc="by how much a metric has to be better")
    cooldown: float = count(0, doc="epochs after a reduction in which none is counted")
    min_lr: float = number(0.0, doc="the smallest learning rate")

    def check_values(self) -> None:
        self.wants_less()

    def wants_less(self) -> bool:
        """Whether a smaller metric is better. An unknown mode is auto, as Keras has it (it warns)."""
        if self.mode in ("min", "max"):
            return self.mode == "min"
        metric = self.monitor.removeprefix("val_")
        if metric not in SMALLER + LARGER:
            rule = f"must be min or max: auto does not tell the direction of {self.monitor!r}"
            raise InvalidValue("mode", rule, self.mode)
        return metric in SMALLER

    def walk(self, base_lr: float) -> Iterator[float]:
        less, delta = self.wants_less(), abs(self.min_delta)
        lr, low = f32(base_lr), f32(self.min_lr)
        best: float | None = None
        wait = cooldown = 0.0
        yield lr
        for value in self.metric:
            if cooldown > 0:
                cooldown, wait = cooldown - 1, 0
            if best is None or (f32(value + delta) < best if less else f32(value - delta) > best):
                best, wait = f32(value), 0
            elif not cooldown > 0:
                wait += 1
                if wait >= self.patience and lr > low:
                    lr = f32(max(lr * self.factor, self.min_lr))
                    cooldown, wait = self.cooldown, 0
            yield lr
