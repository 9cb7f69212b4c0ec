"""timm's schedulers of steps, its WSD and its plateau, and what all of timm's schedulers have in common."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.metered import Metered, follow_plateau
from lrcli.frameworks.schedule import FrameworkSchedule, Pieced, Pieces, above, at_least, below
from lrcli.schedules import (
    CurveMarks,
    LrRule,
    Setting,
    choice,
    count,
    data,
    dataclass,
    flag,
    length,
    number,
    positions,
    text,
    untried,
)
from lrcli.schedules.params import Demand
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.turns import next_turn

_INITIALIZED = Demand(
    "KeyError", "must be true: initial_lr is missing from the groups of a new optimizer", lambda value: value is True
)


def no_noise() -> Any:
    """Declare an argument for noise, which is refused."""
    reason = "timm draws its noise from torch's random generator, which is not computed here"
    doc, takes = "where the learning rate is noisy: refused", f"left out: {reason}"
    return data(None, doc=doc, takes=takes, test=lambda value: False, optional=True)


@dataclass(frozen=True, kw_only=True)
class Noisy(FrameworkSchedule):
    """The arguments of timm's Scheduler itself. Its noise is refused: it is drawn from torch's random generator."""

    counts = "epoch"

    noise_range_t: Any = no_noise()
    noise_pct: float = number(0.67, doc="the largest noise, as a share; without noise it does nothing", tried=untried)
    noise_std: float = number(1.0, doc="the deviation of the noise; without noise it does nothing", tried=untried)
    noise_seed: float | None = number(
        42, doc="the seed of the noise; without noise it does nothing", optional=True, tried=untried
    )
    initialize: bool = flag(
        True, doc="whether initial_lr is taken from the optimizer's lr", demands=(_INITIALIZED,), tried=untried
    )
    lr_scale: float = number(
        1.0, doc="factor of the whole curve, mostly one per group (layer decay)", per_group=True, tried=untried
    )


@dataclass(frozen=True, kw_only=True)
class TimmScheduled(Pieced, Noisy):
    """A scheduler that is a function of t: what its constructor leaves, the warmup, then `body`."""

    warmup_t: float = length(0, doc="length of the linear warmup", any_number=True)
    warmup_lr_init: float = number(0.0, doc="the learning rate at the start of the warmup")
    t_in_epochs: bool = flag(True, doc="whether t counts epochs; false: updates")

    warmup_prefix = False

    def body(self, base_lr: float) -> LrRule:
        """The function from t (after the prefix) to the learning rate, before lr_scale."""
        raise NotImplementedError

    @property
    def offset(self) -> float:
        """Where the schedule begins: after the warmup that is a prefix."""
        return self.warmup_t if self.warmup_prefix else 0

    def warmup_target(self, base_lr: float) -> float:
        """What the warmup climbs to."""
        return base_lr

    def check_run(self, setting: Setting) -> None:
        if setting.interval == "epoch" and not self.t_in_epochs:
            rule = "must be true in a run that counts epochs: without it step() does nothing. Give steps: for a run"
            raise InvalidValue("t_in_epochs", rule, False)

    def pieces(self, base_lr: float) -> Pieces:
        warmup, init, scale, offset = self.warmup_t, self.warmup_lr_init, self.lr_scale, self.offset
        gain = (self.warmup_target(base_lr) - init) / warmup if warmup else 1
        body = self.body(base_lr)
        start = float(init if warmup else base_lr)  # what the constructor leaves: step(0) is never called
        return (
            (1, lambda t: start * scale),
            (warmup, lambda t: (init + t * gain) * scale),
            (math.inf, lambda t: body(t - offset) * scale),
        )

    def marks(self) -> CurveMarks:
        yield 1, ""
        yield self.warmup_t, "warmup ends"

    def notes(self) -> Iterator[Problem]:
        if self.setting.interval != "epoch" and self.t_in_epochs:
            what = f"{self.name}: t_in_epochs is true in a run that counts steps: each row is taken as an epoch"
            yield Problem("t-in-epochs", what, help="With t_in_epochs: false timm steps it at every update")


@dataclass(frozen=True, kw_only=True)
class TimmStepLRScheduler(TimmScheduled):
    """Warm up linearly, then multiply the learning rate by decay_rate every decay_t.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            base_lr * decay_rate**(s // decay_t)    from there on
                with s = t - warmup_t, or t without warmup_prefix

    >>> step = TimmStepLRScheduler(decay_t=3, decay_rate=0.5, warmup_t=2)
    >>> [step.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 5, 8)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.025]

    Source: timm.scheduler.StepLRScheduler (run in 1.0.31).
    """

    name = "timm.StepLRScheduler"

    decay_t: float = length(doc="length of a step, also a fraction", any_number=True, rounds="keep", example="30")
    decay_rate: float = number(1.0, doc="factor of each step", example="0.1")
    warmup_prefix: bool = flag(True, doc="whether the steps are counted from the end of the warmup")

    def body(self, base_lr: float) -> LrRule:
        size, rate = self.decay_t, self.decay_rate
        return lambda t: base_lr * (rate ** (t // size))

    def turns(self, t: int) -> CurveMarks:
        at = next_turn(t, self.offset + self.decay_t, self.decay_t) if self.decay_t > 0 else t
        yield at, f"decay x{self.decay_rate:g}" if at > math.floor(self.warmup_t) else ""


@dataclass(frozen=True, kw_only=True)
class TimmMultiStepLRScheduler(TimmScheduled):
    """Warm up linearly, then multiply the learning rate by decay_rate one step before each milestone.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            base_lr * decay_rate**(number of milestones <= s + 1)    from there on
                with s = t - warmup_t, or t without warmup_prefix

    timm keeps this on purpose; PyTorch's MultiStepLR acts at the milestone itself. The milestones must stand in order,
    which timm does not check. Row 0 is what the constructor leaves: base_lr.

    >>> steps = TimmMultiStepLRScheduler(decay_t=(3, 5), decay_rate=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 3, 4)]
    [0.1, 0.1, 0.05, 0.05, 0.025]

    Source: timm.scheduler.MultiStepLRScheduler (run in 1.0.31).
    """

    name = "timm.MultiStepLRScheduler"

    decay_t: tuple[float, ...] = positions(doc="the milestones, in order", example="[30, 60]")
    decay_rate: float = number(1.0, doc="factor of each milestone", example="0.1")
    warmup_prefix: bool = flag(True, doc="whether the milestones are counted from the end of the warmup")

    def body(self, base_lr: float) -> LrRule:
        milestones, rate = self.decay_t, self.decay_rate
        return lambda t: base_lr * (rate ** bisect_right(milestones, t + 1))

    def marks(self) -> CurveMarks:
        yield from super().marks()
        ordered = sorted(self.decay_t) == list(self.decay_t)
        for milestone in self.decay_t:
            at = self.offset + milestone - 1
            yield at, f"milestone x{self.decay_rate:g}" if ordered and at >= self.warmup_t else ""


STABLE = ("constant", "rsqrt", "power")
_A_SHARE = Demand("ValueError", "must be between 0 and 1", lambda value: 0.0 < value < 1.0)
DECAYS = ("1-sqrt", "linear", "cosine", "power", "exp")


@dataclass(frozen=True, kw_only=True)
class TimmWSDLRScheduler(TimmScheduled):
    """Warm up linearly, stay (or fall slowly), and decay to lr_min over the last decay_t of t_initial.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t < warmup_t
            max(base_lr * stable(s), lr_min)    for s <= t_initial - decay_t, with s = t - warmup_t
            lr_min + (max(base_lr * stable(s), lr_min) - lr_min) * decay(min((s - t_initial + decay_t) / decay_t, 1))

    stable(s) is 1 (constant), (1 + s / stable_timescale)**-0.5 (rsqrt) or the same with -stable_power (power). decay(p)
    is 1 - sqrt(p), 1 - p, 0.5 * (1 + cos(pi * p)), 1 - p**decay_power or (r**p - r) / (1 - r) with r = decay_ratio.
    The warmup is always before t_initial. lr_min is reached one step after the last of them.

    >>> wsd = TimmWSDLRScheduler(t_initial=10, decay_t=4, decay_fn="linear", warmup_t=2)
    >>> [wsd.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 8, 10, 12)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.0]

    Source: timm.scheduler.WSDLRScheduler (run in 1.0.31).
    """

    name = "timm.WSDLRScheduler"
    value_raises = "ValueError"
    warmup_prefix = True

    t_initial: float = length(
        doc="length of the stable phase and the decay", any_number=True, fills="run", demands=(above(0),)
    )
    decay_t: float = length(doc="length of the decay", any_number=True, example="20")
    lr_min: float = number(0.0, doc="the learning rate at the end", demands=(at_least(0),))
    stable_fn: str = choice("constant", *STABLE, doc="the shape of the stable phase")
    stable_timescale: float | None = length(
        None, doc="the time scale of rsqrt and power; null is warmup_t", any_number=True, optional=True
    )
    stable_power: float = number(0.5, doc="the exponent of power", demands=(above(0),))
    decay_fn: str = choice("1-sqrt", *DECAYS, doc="the shape of the decay")
    decay_power: float = number(0.5, doc="the exponent of a power decay", demands=(above(0),))
    decay_ratio: float = number(
        0.1, doc="the last share of an exp decay, before it is stretched to end at 0", demands=(_A_SHARE,)
    )

    def check_values(self) -> None:
        reason = f"decay_t must be above 0 and at most {self.t_initial}"
        self.require(0 < self.decay_t <= self.t_initial, reason, "decay_t")
        reason = f"stable_fn {self.stable_fn} needs a stable_timescale above 0; left out, it is warmup_t"
        self.require(self.stable_fn == "constant" or self.timescale > 0, reason, "stable_timescale")

    @property
    def timescale(self) -> float:
        return self.warmup_t if self.stable_timescale is None else self.stable_timescale

    def body(self, base_lr: float) -> LrRule:
        low, size, begin = float(self.lr_min), self.decay_t, self.t_initial - self.decay_t
        scale, power = self.timescale, -(0.5 if self.stable_fn == "rsqrt" else self.stable_power)
        constant, decay = self.stable_fn == "constant", self._decay()

        level = max(base_lr * 1.0, low)

        def lr_at(t: int) -> float:
            stable = level if constant else max(base_lr * (1.0 + t / scale) ** power, low)
            since = t - begin
            if since <= 0:
                return stable
            return low + (stable - low) * decay(min(since / size, 1.0))

        return lr_at

    def _decay(self) -> Callable[[float], float]:
        power, ratio = self.decay_power, self.decay_ratio
        shapes: dict[str, Callable[[float], float]] = {
            "linear": lambda share: 1.0 - share,
            "1-sqrt": lambda share: 1.0 - math.sqrt(share),
            "cosine": lambda share: 0.5 * (1.0 + math.cos(math.pi * share)),
            "power": lambda share: 1.0 - share**power,
            "exp": lambda share: (ratio**share - ratio) / (1.0 - ratio),
        }
        return shapes[self.decay_fn]

    def cycle_length(self) -> float:
        """The length of the whole schedule, as get_cycle_length() gives it."""
        return self.warmup_t + self.t_initial

    def marks(self) -> CurveMarks:
        yield from super().marks()
        yield self.warmup_t + self.t_initial - self.decay_t, "decay begins"
        yield self.warmup_t + self.t_initial, "decay ends"


@dataclass(frozen=True, kw_only=True)
class TimmPlateauLRScheduler(Noisy, Metered):
    """Warm up linearly, then multiply the learning rate by decay_rate when the metric has stopped getting better.

    lr(t) = warmup_lr_init + t * ((base_lr - warmup_lr_init) / warmup_t)    for t <= warmup_t
            the learning rate of PyTorch's ReduceLROnPlateau after the metrics from warmup_t on: see `plateau`

    Row t is what step(t, metric[t - 1]) leaves, as timm's train.py calls it. A call of step(0, metric) would set the
    learning rate to 0 for good where there is no warmup. timm has it for removal (FutureWarning).

    >>> plateau = TimmPlateauLRScheduler(patience_t=0, decay_rate=0.5, warmup_t=2, metric=(1, 2, 3, 3, 3))
    >>> [plateau.lr_at(t, base_lr=0.1) for t in range(6)]
    [0.0, 0.05, 0.1, 0.1, 0.05, 0.025]

    Source: timm.scheduler.PlateauLRScheduler (run in 1.0.31, with torch 2.13.0).
    """

    name = "timm.PlateauLRScheduler"
    value_raises = "ValueError"

    decay_rate: float = number(0.1, doc="factor of each reduction", demands=(below(1),))
    patience_t: float = count(10, doc="epochs without a better metric that are tolerated", example="2")
    threshold: float = number(1e-4, doc="how much better counts as better, as a share of the best")
    cooldown_t: float = count(0, doc="epochs after a reduction in which none is counted")
    warmup_t: float = length(0, doc="length of the linear warmup, in which no metric is looked at", any_number=True)
    warmup_lr_init: float = number(0.0, doc="the learning rate at the start of the warmup")
    lr_min: float = number(0.0, doc="the smallest learning rate")
    mode: str = choice("max", "min", "max", doc="whether a smaller or a larger metric is better")
    noise_type: str = text("normal", doc="the kind of noise; without noise it does nothing", tried=untried)

    def walk(self, base_lr: float) -> Iterator[float]:
        warmup, init, scale = self.warmup_t, self.warmup_lr_init, self.lr_scale
        gain = (base_lr - init) / warmup if warmup else 1
        lr = (init if warmup else base_lr) * scale
        yield lr
        climbing = min(len(self.metric), max(0, math.floor(warmup)))
        for t in range(1, climbing + 1):
            lr = (init + t * gain) * scale
            yield lr
        plateau = Plateau(
            mode=self.mode,
            factor=self.decay_rate,
            patience=self.patience_t,
            threshold=self.threshold,
            cooldown=self.cooldown_t,
            min_lr=self.lr_min,
        )
        yield from follow_plateau(plateau, lr, self.metric[climbing:])
