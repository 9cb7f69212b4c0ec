"""The learning rates of Ultralytics' trainer: by epoch along a line or half a cosine, with a warmup by batch."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from lrcli.errors import Problem
from lrcli.frameworks.base import Refuses, before
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.frameworks.ultralytics._batches import (
    Batches,
    batches_of_an_epoch,
    check_epochs,
    endless_line,
    half_cosine,
    line,
    refuse_groups,
)
from lrcli.frameworks.ultralytics._optimizer import Optimizer, build_optimizer, nominal_batches
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import count, flag, number, text
from lrcli.values import dataclass


@dataclass(frozen=True)
class UltralyticsTrainer(Stateless):
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
    counts = "step"
    sets_lr = True
    own_rate = "lr0"

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
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        check_epochs(self.epochs, self.batch)

    def bind(self, setting: Setting) -> UltralyticsTrainer:
        refuse_groups(setting)
        bound = super().bind(setting)
        if before(self._release_of(setting), "8.4") and bound.lr0 is not None and bound.lr0 < 0:
            raise Refuses("ultralytics", "ValueError", "torch takes no learning rate below 0", "lr0", bound.lr0)
        assert bound.batches  # whatever the run does not allow is an error here
        return bound

    @staticmethod
    def _release_of(setting: Setting | None) -> str:
        return setting.release if setting else ""

    @property
    def _release(self) -> str:
        return self._release_of(self.setting)

    @cached_property
    def _per_epoch(self) -> int:
        return batches_of_an_epoch(self.setting, self.epochs)

    @cached_property
    def _built(self) -> Optimizer:
        samples = self.setting.samples if self.setting else None
        iterations = nominal_batches(samples, self._per_epoch, self.batch, self.nbs, self.epochs)
        lr0 = 0.01 if self.lr0 is None else self.lr0
        return build_optimizer(self.optimizer, lr0, self.nc, self._release, iterations)

    @cached_property
    def warmup_batches(self) -> int:
        """The batches of the warmup, -1 where there is none."""
        if before(self._release, "8.4.1"):
            return max(round(self.warmup_epochs * self._per_epoch), 100) if self.warmup_epochs > 0 else -1
        epochs = min(self.warmup_epochs, max(self.epochs - 1, 0))
        return (round(epochs * self._per_epoch) if epochs > 0 else 0) or -1

    @cached_property
    def batches(self) -> Batches:
        """The numbers of the group that this schedule is for."""
        group = (self.setting.own_group if self.setting else "") or "weight"
        built = self._built
        # 8.4.0 still begins its first group at warmup_bias_lr, but that one holds the weights now; with MuSGD, those of
        # the head
        warm = "bias"
        if before(self._release, "8.4.1") and not before(self._release, "8.4"):
            warm = "" if built.name == "MuSGD" else "weight"
        first = self.warmup_bias_lr if group == warm and not built.auto else 0.0
        late = before(self._release, "8.2")
        curve = half_cosine if self.cos_lr else endless_line if late else line
        return Batches(built.lr, curve(self.epochs, self.lrf), self._per_epoch, self.warmup_batches, first, late)

    def rule(self, base_lr: float) -> StatelessRule:
        return self.batches.rule()

    def momentum_key(self) -> Hashable | None:
        moves = self._built.name in ("SGD", "MuSGD", "RMSProp") and self.warmup_batches > 0
        return ("ultralytics", self.warmup_batches, self.warmup_momentum, self.momentum) if moves else None

    def momenta(self, start: int, stop: int) -> Sequence[float | None]:
        """From warmup_momentum to momentum over the warmup, for optimizers that have one (Adam's betas do not move)."""
        if self.momentum_key() is None:
            return super().momenta(start, stop)
        return self.batches.momenta(self.warmup_momentum, self.momentum, start, stop)

    def next_break(self, t: int) -> int | None:
        return self.batches.next_break(t)

    def event_at(self, t: int) -> str:
        return "warmup ends" if t and t == self.warmup_batches else ""

    def groups(self) -> tuple[tuple[str, UltralyticsTrainer], ...]:
        assert self.setting is not None
        names = ["bias", "weight", "bn"] if before(self._release, "8.4") else ["weight", "bn", "bias"]
        names += ["muon"] if self._built.name == "MuSGD" else []
        return tuple((name, replace(self, setting=self.setting._replace(own_group=name))) for name in names)

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes())

    def _notes(self) -> Iterator[Problem]:
        built, length = self._built, self.setting.length if self.setting else 0
        if built.auto:
            nc = "" if built.lr == 0.01 else f", for {self.nc:g} classes"
            what = f"optimizer: auto trains with {built.name} at {built.lr!r}{nc}"
            yield Problem("optimizer-auto", what, "lr0 and warmup_bias_lr are not used")
        if built.name == "MuSGD":
            yield Problem("head-groups", "MuSGD trains parts of the model's head at three times these learning rates")
        if before(self._release, "8.4.1") and not before(self._release, "8.4"):
            yield Problem(
                "first-group", "8.4.0 begins its first group at warmup_bias_lr, which holds no biases any more"
            )
        if length and self.epochs * self._per_epoch != length:
            whole = self.epochs * self._per_epoch
            yield Problem(
                "horizon", f"{self.epochs:g} epochs of {self._per_epoch} batches are {whole:g} steps, not {length}"
            )
        if length and self.warmup_batches >= length:
            yield Problem(
                "warmup-unfinished", f"the warmup has {self.warmup_batches} batches: it does not end in this run"
            )
        if self.setting and self.setting.samples_per_step not in (None, self.batch) and built.auto:
            yield Problem(
                "batch", f"batch is {self.batch:g}, and data says {self.setting.samples_per_step} samples a step"
            )
