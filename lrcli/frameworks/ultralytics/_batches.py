"""What Ultralytics' trainer and YOLOv5 share: a factor for each epoch, and a warmup over it that counts batches."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, Schedule, Setting, dataclass

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

    def rule(self) -> LrRule:
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


class Trained(FrameworkSchedule):
    """What the trainer and YOLOv5 share; the fields stand in the classes, in their order."""

    sets_lr = True
    own_rate = "lr0"

    lr0: float | None
    epochs: float
    momentum: float
    warmup_momentum: float
    setting: Setting | None

    def check_values(self) -> None:
        if self.epochs < 1 or self.epochs % 1:
            raise InvalidValue("epochs", "must be a whole number of at least 1", self.epochs)

    def check_run(self, setting: Setting) -> None:
        if len(setting.lrs) > 1:
            raise InvalidValue("groups", "must be left out: Ultralytics makes its own groups weight, bn and bias", None)
        assert self.batches  # whatever the run does not allow is an error here

    @cached_property
    def batches(self) -> Batches:
        """The numbers of the group that this schedule is for."""
        raise NotImplementedError

    @cached_property
    def per_epoch(self) -> int:
        """The batches of an epoch: steps_per_epoch, else an equal share of the run's steps."""
        setting = self.setting
        if setting is None:
            return 100
        if setting.interval != "step":
            raise InvalidValue("epochs", "are counted in batches here: give steps, or interval: step", None)
        if setting.steps_per_epoch is None and setting.length % self.epochs:
            rule = "needs the batches of an epoch: give data or steps_per_epoch at the top level"
            shares = f"{setting.length} steps are no whole number for each epoch"
            raise InvalidValue("epochs", f"{rule} ({shares})", self.epochs)
        return setting.steps_per_epoch or int(setting.length // self.epochs)

    @property
    def top(self) -> float:
        """The learning rate that is given, or the default."""
        return 0.01 if self.lr0 is None else self.lr0

    def rule(self, base_lr: float) -> LrRule:
        return self.batches.rule()

    def momentum_key(self) -> Hashable | None:
        return ("ultralytics", self.batches.warmup, self.warmup_momentum, self.momentum)

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """From warmup_momentum to momentum over the warmup, for optimizers that have one (Adam's betas do not move)."""
        if self.momentum_key() is None:
            return super().momenta(start, stop)
        return self.batches.momenta(self.warmup_momentum, self.momentum, start, stop)

    def marks(self) -> CurveMarks:
        yield self.batches.warmup, "warmup ends"

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        yield self.per_epoch, self.per_epoch, ""

    def group_names(self) -> tuple[str, ...]:
        """The parameter groups that are made, in their order."""
        return ("weight", "bn", "bias")

    def groups(self) -> tuple[tuple[str, Schedule], ...]:
        return tuple((name, self._of_group(name)) for name in self.group_names())

    def _of_group(self, name: str) -> Schedule:
        changes: dict[str, Any] = {"setting": (self.setting or Setting(0))._replace(own_group=name)}
        return replace(self, **changes)

    def notes(self) -> Iterator[Problem]:
        length = self.setting.length if self.setting else 0
        steps, warmup = self.epochs * self.per_epoch, self.batches.warmup
        if length and steps != length:
            what = f"{self.epochs:g} epochs of {self.per_epoch} batches are {steps:g} steps, not {length}"
            yield Problem("horizon", what)
        if length and warmup >= length:
            yield Problem("warmup-unfinished", f"the warmup has {warmup} batches: it does not end in this run")
