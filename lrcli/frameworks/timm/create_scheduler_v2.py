"""timm's factory: a scheduler by its short name, with lengths in epochs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem, Refuses
from lrcli.frameworks.schedule import Forwarding
from lrcli.frameworks.timm.cycles import TimmCosineLRScheduler, TimmPolyLRScheduler, TimmTanhLRScheduler
from lrcli.frameworks.timm.steps import (
    DECAYS,
    TimmMultiStepLRScheduler,
    TimmPlateauLRScheduler,
    TimmStepLRScheduler,
    TimmWSDLRScheduler,
    no_noise,
)
from lrcli.schedules import (
    Schedule,
    Setting,
    choice,
    count,
    dataclass,
    flag,
    length,
    metric,
    number,
    positions,
    text,
    untried,
)
from lrcli.schedules.constant import Constant

NAMES = ("cosine", "tanh", "step", "multistep", "poly", "wsd", "rsqrt", "constant", "plateau", "none")
CYCLES = ("cosine", "tanh", "poly")


@dataclass(frozen=True, kw_only=True)
class TimmCreateSchedulerV2(Forwarding):
    """Build the scheduler that sched names, with lengths in epochs, as timm's train.py does.

    lr(t) = that of CosineLRScheduler, TanhLRScheduler, PolyLRScheduler, StepLRScheduler (step; constant, which never
            decays), MultiStepLRScheduler, WSDLRScheduler (wsd, rsqrt) or PlateauLRScheduler; none is base_lr

    num_epochs is 300 unless it is given, decay_epochs 90 (wsd and rsqrt: a fifth), warmup_lr 1e-5, and cycle_decay 0.1;
    poly takes decay_rate, 0.1, as its power. With step_on_epochs: false every length is times updates_per_epoch.

    >>> cosine = TimmCreateSchedulerV2(num_epochs=10, warmup_epochs=2, warmup_lr=0.0)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 5, 10)]
    [0.0, 0.05, 0.09045084971874738, 0.05, 0.0]

    Source: timm.scheduler.create_scheduler_v2 (run in 1.0.31).
    """

    name = "timm.create_scheduler_v2"
    aliases = ("create_scheduler",)
    counts = "epoch"
    value_raises = "ValueError"

    sched: str = text("cosine", doc=f"the scheduler: {', '.join(NAMES)}", choices=NAMES)
    num_epochs: float = length(300, doc="epochs of the schedule", any_number=True)
    decay_epochs: float | None = length(
        None,
        doc="epochs of a step, or of the decay of wsd and rsqrt; null is 90, or 0.2 of them all",
        any_number=True,
        optional=True,
        rounds="keep",
    )
    decay_milestones: tuple[float, ...] = positions((90, 180, 270), doc="the milestones of multistep, in epochs")
    cooldown_epochs: float = length(0, doc="epochs at min_lr at the end of the run", any_number=True)
    patience_epochs: float = count(10, doc="epochs without a better metric that plateau tolerates")
    decay_rate: float = number(0.1, doc="factor of step, multistep and plateau; the power of poly")
    min_lr: float = number(0.0, doc="the smallest learning rate")
    warmup_lr: float = number(1e-5, doc="the learning rate at the start of the warmup")
    warmup_epochs: float = length(0, doc="epochs of the warmup", any_number=True)
    warmup_prefix: bool = flag(False, doc="whether the warmup comes before num_epochs")
    noise: Any = no_noise()
    noise_pct: float = number(0.67, doc="the largest noise, as a share; without noise it does nothing", tried=untried)
    noise_std: float = number(1.0, doc="the deviation of the noise; without noise it does nothing", tried=untried)
    noise_seed: float | None = number(
        42, doc="the seed of the noise; without noise it does nothing", optional=True, tried=untried
    )
    cycle_mul: float = number(1.0, doc="factor from one cycle's length to the next")
    cycle_decay: float = number(0.1, doc="factor from one cycle's height to the next")
    cycle_limit: float = number(1, doc="cycles of cosine, tanh and poly")
    k_decay: float = number(1.0, doc="the exponent of t of cosine and poly")
    decay_fn: str | None = text(None, doc="the decay of wsd and rsqrt; null is 1-sqrt, or linear", optional=True)
    stable_timescale: float | None = length(
        None, doc="the time scale of rsqrt in epochs; null is warmup_epochs", any_number=True, optional=True
    )
    plateau_mode: str = choice("max", "min", "max", doc="whether plateau wants a smaller or a larger metric")
    step_on_epochs: bool = flag(True, doc="whether it is stepped at each epoch; false: at each update")
    updates_per_epoch: float = count(0, doc="updates of an epoch, for step_on_epochs: false")
    lr_scale: float = number(
        1.0, doc="factor of the whole curve, mostly one per group (layer decay)", per_group=True, tried=untried
    )
    metric: tuple[float, ...] = metric(doc="the metric of each epoch, for plateau", optional=True)

    def check_values(self) -> None:
        self.require(self.sched in NAMES, f"unknown scheduler {self.sched!r}", "sched")
        reason = "updates_per_epoch must be above 0 with step_on_epochs: false"
        is_counted = self.step_on_epochs or self.updates_per_epoch > 0
        self.require(is_counted, reason, "updates_per_epoch", "AssertionError")
        reason = "plateau is stepped at each epoch only"
        self.require(self.step_on_epochs or self.sched != "plateau", reason, "step_on_epochs", "AssertionError")
        try:
            assert self.inner  # what its constructor refuses is refused here
        except InvalidValue as error:
            raise _renamed(error) from error

    @property
    def rows_per_epoch(self) -> float:
        """The calls of step() in an epoch."""
        return 1 if self.step_on_epochs else self.updates_per_epoch

    @cached_property
    def inner(self) -> Schedule:
        """The scheduler that it builds."""
        per = self.rows_per_epoch
        warmup: dict[str, Any] = {
            "warmup_t": self.warmup_epochs * per,
            "warmup_lr_init": self.warmup_lr,
            "lr_scale": self.lr_scale,
            "setting": self.setting,
        }
        stepped = {**warmup, "t_in_epochs": self.step_on_epochs}
        prefixed = {**stepped, "warmup_prefix": self.warmup_prefix}
        if self.sched == "none":
            return Constant()
        if self.sched == "plateau":
            return TimmPlateauLRScheduler(
                decay_rate=self.decay_rate,
                patience_t=self.patience_epochs,
                lr_min=self.min_lr,
                mode=self.plateau_mode,
                metric=self.metric,
                **warmup,
            )
        if self.sched in ("wsd", "rsqrt"):
            return self._wsd(per, stepped)
        if self.sched in CYCLES:
            return self._cycles(per, prefixed)
        if self.sched == "multistep":
            milestones = tuple(at * per for at in self.decay_milestones)
            return TimmMultiStepLRScheduler(decay_t=milestones, decay_rate=self.decay_rate, **prefixed)
        if self.sched == "constant":
            return TimmStepLRScheduler(decay_t=1, decay_rate=1.0, **prefixed)
        decay = 90 if self.decay_epochs is None else self.decay_epochs
        return TimmStepLRScheduler(decay_t=decay * per, decay_rate=self.decay_rate, **prefixed)

    def _cycles(self, per: float, prefixed: dict[str, Any]) -> Schedule:
        common: dict[str, Any] = {
            "t_initial": self.num_epochs * per,
            "lr_min": self.min_lr,
            "cycle_mul": self.cycle_mul,
            "cycle_decay": self.cycle_decay,
            "cycle_limit": self.cycle_limit,
            **prefixed,
        }
        if self.sched == "tanh":
            return TimmTanhLRScheduler(**common)
        if self.sched == "poly":
            return TimmPolyLRScheduler(power=self.decay_rate, k_decay=self.k_decay, **common)
        return TimmCosineLRScheduler(k_decay=self.k_decay, **common)

    def _wsd(self, per: float, stepped: dict[str, Any]) -> Schedule:
        total = self.num_epochs * per - (0 if self.warmup_prefix else stepped["warmup_t"])
        epochs = 0.2 if self.decay_epochs is None else self.decay_epochs
        decay = round(epochs * total if 0 < epochs < 1 else epochs * per)
        room = "num_epochs" + ("" if self.warmup_prefix else " - warmup_epochs")
        reason = f"{self.sched} needs a decay above 0 and at most {room}: it is {decay} of {total}"
        self.require(0 < decay <= total, reason, "decay_epochs")
        self.require(self.decay_fn in (None, *DECAYS), f"decay_fn must be one of {', '.join(DECAYS)}", "decay_fn")
        return TimmWSDLRScheduler(
            t_initial=total,
            decay_t=decay,
            lr_min=self.min_lr,
            stable_fn="rsqrt" if self.sched == "rsqrt" else "constant",
            stable_timescale=None if self.stable_timescale is None else self.stable_timescale * per,
            decay_fn=self.decay_fn or ("linear" if self.sched == "rsqrt" else "1-sqrt"),
            **stepped,
        )

    def epochs(self) -> float:
        """The epochs to train that the factory returns: with cycles, cooldown and a warmup that is a prefix."""
        total = getattr(self.inner, "cycle_length", None)
        if total is None:
            return self.num_epochs + (self.warmup_epochs if self.warmup_prefix else 0)
        if self.step_on_epochs:
            return float(total() + self.cooldown_epochs)
        return float((total() + self.cooldown_epochs * self.updates_per_epoch) // self.updates_per_epoch)

    def check_run(self, setting: Setting) -> None:
        if setting.interval == "epoch" and not self.step_on_epochs:
            rule = "must be true in a run that counts epochs. Give steps: or interval: step"
            raise InvalidValue("step_on_epochs", rule, False)
        if self.sched == "plateau" and len(self.metric) < setting.length - 1:
            raise InvalidValue("metric", f"must have {setting.length - 1} values for plateau", len(self.metric))

    def notes(self) -> Iterator[Problem]:
        yield from self.inner.notes()
        if self.setting.length and self.sched in (*CYCLES, "wsd", "rsqrt"):
            rows = self.epochs() * self.rows_per_epoch
            if self.setting.length != rows:
                what = f"{self.name}: num_epochs is {self.num_epochs:g}: it asks for a run of {rows:g}"
                what += f" {self.setting.interval}s, and this one has {self.setting.length}"
                yield Problem("run-length", what, help="Give num_epochs")


_ARGUMENTS = {
    "t_initial": "num_epochs",
    "lr_min": "min_lr",
    "warmup_t": "warmup_epochs",
    "warmup_lr_init": "warmup_lr",
    "decay_t": "decay_epochs",
}
"""The factory's words for the arguments of the schedulers."""


def _renamed(error: InvalidValue) -> InvalidValue:
    field = _ARGUMENTS.get(error.field, error.field)
    if isinstance(error, Refuses):
        return Refuses(error.framework, error.exception, error.reason, field, error.received)
    return InvalidValue(field, error.rule, error.received)
