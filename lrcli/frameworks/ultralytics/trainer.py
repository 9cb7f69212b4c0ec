"""Ultralytics' trainers, YOLOv5's and the package's: a learning rate for each batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import before
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.frameworks.ultralytics._optimizer import Optimizer, build_optimizer, nominal_batches
from lrcli.schedules import CurveMarks, LrRule, Schedule, Setting, count, dataclass, flag, number, text

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
    setting: Setting

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
        if not setting.length:
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
        changes: dict[str, Any] = {"setting": self.setting._replace(own_group=name)}
        return replace(self, **changes)

    def notes(self) -> Iterator[Problem]:
        length = self.setting.length
        steps, warmup = self.epochs * self.per_epoch, self.batches.warmup
        if length and steps != length:
            what = f"{self.epochs:g} epochs of {self.per_epoch} batches are {steps:g} steps, not {length}"
            yield Problem("horizon", what)
        if length and warmup >= length:
            yield Problem("warmup-unfinished", f"the warmup has {warmup} batches: it does not end in this run")


@dataclass(frozen=True)
class UltralyticsTrainer(Trained):
    """Follow a line or half a cosine from lr0 to lr0 * lrf by epoch, under a warmup by batch.

    With nb batches an epoch, e = t // nb and W = round(min(warmup_epochs, epochs - 1) * nb):

    lr(t) = lr0 * f(e)                                                          for t >= W
            first + t * (lr0 * f(e) - first) / W                                for t < W
    f(e)  = max(1 - e / epochs, 0) * (1 - lrf) + lrf
            max((1 - cos(pi * e / epochs)) / 2, 0) * (lrf - 1) + 1              with cos_lr

    first is warmup_bias_lr in the group of biases and 0 in the others. The last epoch is at f(epochs - 1), not at lrf.
    Up to 8.4.0, W is at least 100 (8.4.0 begins the weights at warmup_bias_lr, and not the biases), and 8.0.200 trains
    an epoch after the warmup with the factor of the one before. `optimizer: auto` does not use lr0: above 10000
    iterations of nbs samples it trains at 0.01, below at round(0.01 / (4 + nc), 6), and warmup_bias_lr is 0.

    >>> schedule = UltralyticsTrainer(lr0=0.5, lrf=0.5, epochs=4, warmup_epochs=1, optimizer="SGD")
    >>> [schedule.lr_at(t, 0.0) for t in (0, 50, 99, 100, 200, 300)]
    [0.0, 0.25, 0.495, 0.4375, 0.375, 0.3125]

    Source: ultralytics/engine/trainer.py, 8.3.228 and 8.4.190 (run); 8.0.200, 8.2.100, 8.3.100, 8.3.200, 8.4.0 (read).
    """

    name = "ultralytics.trainer"
    aliases = ("BaseTrainer",)

    lr0: float | None = number(None, doc="the learning rate; left out: lr, else 0.01", optional=True)
    lrf: float = number(0.01, doc="the share of it at the end")
    epochs: float = count(100, doc="epochs of the run", at_least=1)
    cos_lr: bool = flag(False, doc="half a cosine instead of a line")
    warmup_epochs: float = number(3.0, doc="epochs of the warmup")
    warmup_bias_lr: float = number(0.1, doc="the biases' learning rate at the start")
    optimizer: str = text("auto", doc="auto, SGD, MuSGD, Adam, Adamax, AdamW, NAdam, RAdam or RMSProp")
    nc: float = count(10, doc="classes, for auto", at_least=0)
    batch: float = count(16, doc="samples of a batch, for auto", at_least=1)
    nbs: float = number(64, doc="the nominal batch size, for auto", above=0)
    momentum: float = number(0.937, doc="the momentum after the warmup")
    warmup_momentum: float = number(0.8, doc="the momentum at the start")
    weight_decay: float = number(0.0005, doc="the weight decay", momentum=True)

    def check_values(self) -> None:
        super().check_values()
        if self.batch < 1 or self.batch % 1:
            rule = "must be the batch size that AutoBatch has chosen, a whole number"
            raise InvalidValue("batch", rule, self.batch)

    def check_run(self, setting: Setting) -> None:
        super().check_run(setting)
        taken = not before(self.setting.release, "8.4") or self.top >= 0
        self.require(taken, "torch takes no learning rate below 0", "lr0")

    @property
    def _is_8_4_0(self) -> bool:
        return before(self.setting.release, "8.4.1") and not before(self.setting.release, "8.4")

    @cached_property
    def _built(self) -> Optimizer:
        iterations = nominal_batches(self.setting.samples, self.per_epoch, self.batch, self.nbs, self.epochs)
        return build_optimizer(self.optimizer, self.top, self.nc, self.setting.release, iterations)

    @cached_property
    def warmup_batches(self) -> int:
        """The batches of the warmup, -1 where there is none."""
        if before(self.setting.release, "8.4.1"):
            return max(round(self.warmup_epochs * self.per_epoch), 100) if self.warmup_epochs > 0 else -1
        return max(round(min(self.warmup_epochs, max(self.epochs - 1, 0)) * self.per_epoch), 0) or -1

    @cached_property
    def batches(self) -> Batches:
        group = self.setting.own_group or "weight"
        # 8.4.0 still begins its first group at warmup_bias_lr, but that one holds the weights now; with MuSGD, those of
        # the head
        warm = "bias"
        if self._is_8_4_0:
            warm = "" if self._built.name == "MuSGD" else "weight"
        first = self.warmup_bias_lr if group == warm and not self._built.auto else 0.0
        late = before(self.setting.release, "8.2")
        curve = half_cosine if self.cos_lr else endless_line if late else line
        return Batches(self._built.lr, curve(self.epochs, self.lrf), self.per_epoch, self.warmup_batches, first, late)

    def momentum_key(self) -> Hashable | None:
        moves = self._built.name in ("SGD", "MuSGD", "RMSProp") and self.warmup_batches > 0
        return super().momentum_key() if moves else None

    def group_names(self) -> tuple[str, ...]:
        muon = ("muon",) if self._built.name == "MuSGD" else ()
        names = ("bias", "weight", "bn") if before(self.setting.release, "8.4") else super().group_names()
        return (*names, *muon)

    def notes(self) -> Iterator[Problem]:
        built = self._built
        if built.auto:
            nc = "" if built.lr == 0.01 else f", for {self.nc:g} classes"
            what = f"optimizer: auto trains with {built.name} at {built.lr!r}{nc}"
            yield Problem("optimizer-auto", what, "lr0 and warmup_bias_lr are not used")
        if built.name == "MuSGD":
            yield Problem("head-groups", "MuSGD trains parts of the model's head at three times these learning rates")
        if self._is_8_4_0:
            what = "8.4.0 begins its first group at warmup_bias_lr, which holds no biases any more"
            yield Problem("first-group", what)
        yield from super().notes()
        if self.setting.samples_per_step not in (None, self.batch) and built.auto:
            what = f"batch is {self.batch:g}, and data says {self.setting.samples_per_step} samples a step"
            yield Problem("batch", what)


@dataclass(frozen=True)
class YOLOv5(Trained):
    """Follow a line or half a cosine from lr0 to lr0 * lrf by epoch, under a warmup by batch.

    With nb batches an epoch, e = t // nb and W = max(round(warmup_epochs * nb), warmup_minimum):

    lr(t) = first + t * (lr0 * f(e) - first) / W                for t < W
            lr0 * f(e)                                          in the rest of the epoch in which the warmup ends
            lr0 * f(e - 1)                                      in the epochs after that
    f(e)  = (1 - e / epochs) * (1 - lrf) + lrf
            (1 - cos(pi * e / epochs)) / 2 * (lrf - 1) + 1      with cos_lr

    first is warmup_bias_lr in the group of biases and 0 in the others. With linear_lr, the key of the releases up to
    6.0, f is half a cosine or, where it is true, a line over epochs - 1; their warmup_minimum is 1000.

    >>> schedule = YOLOv5(lr0=0.5, lrf=0.5, epochs=4, warmup_epochs=1)
    >>> [schedule.lr_at(t, 0.0) for t in (0, 50, 99, 100, 200, 300)]
    [0.0, 0.25, 0.495, 0.4375, 0.4375, 0.375]

    Source: github.com/ultralytics/yolov5, train.py, 5.0 to 7.0 (read).
    """

    name = "ultralytics.yolov5"

    lr0: float | None = number(None, doc="the learning rate; left out: lr, else 0.01", optional=True)
    lrf: float = number(0.01, doc="the share of it at the end")
    epochs: float = count(100, doc="epochs of the run", at_least=1)
    cos_lr: bool = flag(False, doc="half a cosine instead of a line (6.1 and later)")
    linear_lr: bool | None = flag(None, doc="a line instead of half a cosine (up to 6.0)", optional=True)
    warmup_epochs: float = number(3.0, doc="epochs of the warmup")
    warmup_bias_lr: float = number(0.1, doc="the biases' learning rate at the start")
    warmup_minimum: float | None = count(
        None, doc="the least batches of the warmup; left out: 100, with linear_lr 1000 as up to 6.1", optional=True
    )
    momentum: float = number(0.937, doc="the momentum after the warmup")
    warmup_momentum: float = number(0.8, doc="the momentum at the start")
    weight_decay: float = number(0.0005, doc="the weight decay", momentum=True)

    @cached_property
    def batches(self) -> Batches:
        least = self.warmup_minimum
        if least is None:
            least = 100 if self.linear_lr is None else 1000
        warmup = int(max(round(self.warmup_epochs * self.per_epoch), least))
        first = self.warmup_bias_lr if self.setting.own_group == "bias" else 0.0
        return Batches(self.top, self._factor(), self.per_epoch, warmup or -1, first, late=True)

    def _factor(self) -> Factor:
        if self.linear_lr:
            return endless_line(self.epochs - 1, self.lrf)
        cosine = self.cos_lr if self.linear_lr is None else True
        return half_cosine(self.epochs, self.lrf) if cosine else endless_line(self.epochs, self.lrf)
