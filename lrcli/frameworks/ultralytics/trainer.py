"""The learning rates of Ultralytics' trainer: by epoch along a line or half a cosine, with a warmup by batch."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cached_property

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import before
from lrcli.frameworks.ultralytics._batches import Batches, Trained, endless_line, half_cosine, line
from lrcli.frameworks.ultralytics._optimizer import Optimizer, build_optimizer, nominal_batches
from lrcli.schedules import Setting, count, dataclass, flag, number, text


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
        taken = not before(self._release, "8.4") or self.top >= 0
        self.require(taken, "torch takes no learning rate below 0", "lr0")

    @property
    def _release(self) -> str:
        return self.setting.release if self.setting else ""

    @property
    def _is_8_4_0(self) -> bool:
        return before(self._release, "8.4.1") and not before(self._release, "8.4")

    @cached_property
    def _built(self) -> Optimizer:
        samples = self.setting.samples if self.setting else None
        iterations = nominal_batches(samples, self.per_epoch, self.batch, self.nbs, self.epochs)
        return build_optimizer(self.optimizer, self.top, self.nc, self._release, iterations)

    @cached_property
    def warmup_batches(self) -> int:
        """The batches of the warmup, -1 where there is none."""
        if before(self._release, "8.4.1"):
            return max(round(self.warmup_epochs * self.per_epoch), 100) if self.warmup_epochs > 0 else -1
        return max(round(min(self.warmup_epochs, max(self.epochs - 1, 0)) * self.per_epoch), 0) or -1

    @cached_property
    def batches(self) -> Batches:
        group = (self.setting.own_group if self.setting else "") or "weight"
        # 8.4.0 still begins its first group at warmup_bias_lr, but that one holds the weights now; with MuSGD, those of
        # the head
        warm = "bias"
        if self._is_8_4_0:
            warm = "" if self._built.name == "MuSGD" else "weight"
        first = self.warmup_bias_lr if group == warm and not self._built.auto else 0.0
        late = before(self._release, "8.2")
        curve = half_cosine if self.cos_lr else endless_line if late else line
        return Batches(self._built.lr, curve(self.epochs, self.lrf), self.per_epoch, self.warmup_batches, first, late)

    def momentum_key(self) -> Hashable | None:
        moves = self._built.name in ("SGD", "MuSGD", "RMSProp") and self.warmup_batches > 0
        return super().momentum_key() if moves else None

    def group_names(self) -> tuple[str, ...]:
        muon = ("muon",) if self._built.name == "MuSGD" else ()
        return ("bias", "weight", "bn", *muon) if before(self._release, "8.4") else (*super().group_names(), *muon)

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
        if self.setting and self.setting.samples_per_step not in (None, self.batch) and built.auto:
            what = f"batch is {self.batch:g}, and data says {self.setting.samples_per_step} samples a step"
            yield Problem("batch", what)
