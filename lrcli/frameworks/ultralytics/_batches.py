"""What Ultralytics' trainer and YOLOv5 share: a factor for each epoch, and a warmup over it that counts batches."""

from __future__ import annotations

import math
from collections.abc import Callable

from lrcli.errors import InvalidValue
from lrcli.frameworks.base import Refuses
from lrcli.frameworks.stateless import StatelessRule
from lrcli.schedules.base import Setting
from lrcli.values import dataclass

Factor = Callable[[int], float]
"""What an epoch multiplies the learning rate with."""


def line(epochs: float, lrf: float) -> Factor:
    """The straight line from 1 to lrf, which stays there."""
    return lambda epoch: max(1 - epoch / epochs, 0) * (1.0 - lrf) + lrf


def endless_line(epochs: float, lrf: float) -> Factor:
    """The straight line from 1 to lrf and beyond: YOLOv5's, and that of 8.0."""
    return lambda epoch: (1 - epoch / epochs) * (1.0 - lrf) + lrf


def half_cosine(epochs: float, lrf: float) -> Factor:
    """Half a cosine from 1 to lrf."""
    return lambda epoch: max((1 - math.cos(epoch * math.pi / epochs)) / 2, 0) * (lrf - 1) + 1


@dataclass(frozen=True)
class Batches:
    """The learning rates of one parameter group.

    lr: what the factors multiply. factor: that of an epoch. per_epoch: batches of an epoch. warmup: batches of the
    warmup, -1 where there is none; the batch of this number is at the target. first: the learning rate at its start.
    late: whether the scheduler is stepped at the end of an epoch only, so that after the warmup an epoch has the factor
    of the one before.
    """

    lr: float
    factor: Factor
    per_epoch: int
    warmup: int
    first: float
    late: bool = False

    def rule(self) -> StatelessRule:
        """The learning rate of each batch: within the warmup on a line to the target of the epoch, which moves."""
        per_epoch, warmup, first = self.per_epoch, self.warmup, self.first
        epoch_of, target, slope = -1, 0.0, 0.0

        def lr_at(t: int) -> float:
            nonlocal epoch_of, target, slope
            epoch = t // per_epoch
            if epoch != epoch_of:
                epoch_of, target = epoch, self._target(epoch)
                slope = (target - first) / warmup if warmup > 0 else 0.0
            return slope * t + first if t < warmup else target

        return lr_at

    def momenta(self, begin: float, end: float, start: int, stop: int) -> list[float]:
        """The momentum of batches: within the warmup on a line from `begin` to `end`."""
        warmup = self.warmup
        slope = (end - begin) / warmup if warmup > 0 else 0.0
        return [slope * t + begin if t < warmup else float(end) for t in range(start, stop)]

    def _target(self, epoch: int) -> float:
        behind = self.late and epoch > 0 and epoch * self.per_epoch > self.warmup
        return self.lr * self.factor(epoch - 1 if behind else epoch)

    def next_break(self, t: int) -> int:
        """The first batch >= t that begins an epoch or ends the warmup."""
        begins = -(-max(t, 1) // self.per_epoch) * self.per_epoch
        return self.warmup if max(t, 1) <= self.warmup < begins else begins


def batches_of_an_epoch(setting: Setting | None, epochs: float) -> int:
    """The batches of an epoch: steps_per_epoch, else an equal share of the run's steps."""
    if setting is None:
        return 100
    if setting.interval != "step":
        raise InvalidValue("epochs", "are counted in batches here: give steps, or interval: step", None)
    if setting.steps_per_epoch is not None:
        return setting.steps_per_epoch
    if setting.length % epochs:
        rule = "needs the batches of an epoch: give data or steps_per_epoch at the top level"
        raise InvalidValue("epochs", f"{rule} ({setting.length} steps are no whole number for each epoch)", epochs)
    return int(setting.length // epochs)


def refuse_groups(setting: Setting) -> None:
    """The groups are the trainer's own."""
    if len(setting.lrs) > 1:
        raise InvalidValue("groups", "must be left out: Ultralytics makes its own groups weight, bn and bias", None)


def check_epochs(epochs: float, batch: float | None = None) -> None:
    """Epochs and batch sizes are whole; -1 and fractions of a batch size leave it to AutoBatch."""
    if epochs < 1 or epochs % 1:
        raise InvalidValue("epochs", "must be a whole number of at least 1", epochs)
    if batch is not None and (batch < 1 or batch % 1):
        raise InvalidValue("batch", "must be the batch size that AutoBatch has chosen, a whole number", batch)


def unknown_optimizer(name: str, known: tuple[str, ...]) -> Refuses:
    """The trainer raises NotImplementedError for it."""
    reason = f"there is no optimizer {name!r}: it is one of {', '.join(known)}"
    return Refuses("ultralytics", "NotImplementedError", reason, "optimizer", name)
