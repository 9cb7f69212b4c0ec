"""Megatron's learning rate: a linear warmup, then one of five styles down to a minimum."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import Refuses, raised
from lrcli.frameworks.megatron._samples import Samples, ramp_sizes
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import data, flag, number, text
from lrcli.values import dataclass

_STYLES = ("linear", "cosine", "inverse-square-root", "constant", "WSD")
_ANNEALS: dict[str, Callable[[float], float]] = {
    "linear": lambda part: 1.0 - part,
    "cosine": lambda part: 0.5 * (math.cos(math.pi * part) + 1.0),
    "exponential": lambda part: (2.0 * math.pow(0.5, part)) - 1.0,
    "minus_sqrt": lambda part: 1.0 - math.sqrt(part),
}
_OVERRIDES = ("max_lr", "min_lr", "start_wd", "end_wd", "wd_mult")


def _refuses(reason: str, field: str, received: object, exception: str = "AssertionError") -> Refuses:
    return Refuses("megatron", exception, reason, field, received)


def _is_size(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


@dataclass(frozen=True)
class OptimizerParamScheduler(Stateless):
    """Warm up from init_lr to max_lr in a straight line, then follow lr_decay_style down to min_lr.

    With n samples seen before update t (t * increment), W = lr_warmup_steps and D = lr_decay_steps, both in samples:

    lr(t) = init_lr + (max_lr - init_lr) * n / W                      for W > 0 and n <= W
            max_lr                                                    for constant, even past D
            min_lr                                                    for n > D
            max(min_lr, max_lr * sqrt(max(W, 1)) / sqrt(max(n, 1)))   for inverse-square-root
            min_lr + c * (max_lr - min_lr)                            with r = (n - W) / (D - W):
                c = 1 - r for linear, 0.5 * (cos(pi * r) + 1) for cosine
                c = 1 for WSD up to n = D - wsd_decay_steps, then with q = (n - that) / wsd_decay_steps
                    1 - q, 0.5 * (cos(pi * q) + 1), 2 * 0.5 ** q - 1 or 1 - sqrt(q)

    Update 0 is at init_lr: at 0, unless one is given. increment is the global batch size, or a list of those of the
    updates (0 for a skipped update), whose last one goes on; with rampup_batch_size it is where the ramp ends.
    group_overrides gives groups a max_lr and a min_lr of their own. The weight decay is not shown.

    >>> schedule = OptimizerParamScheduler(max_lr=0.5, lr_warmup_steps=8, lr_decay_steps=24, increment=4)
    >>> [schedule.lr_at(t, 0.0) for t in range(8)]
    [0.0, 0.25, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]

    Source: megatron/core/optimizer_param_scheduler.py, 0.16.1 (run); the defaults are Megatron-LM's arguments'.
    """

    name = "megatron.OptimizerParamScheduler"
    counts = "step"
    own_rate = "max_lr"

    init_lr: float = number(0.0, doc="the learning rate of update 0")
    max_lr: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    min_lr: float = number(0.0, doc="the learning rate at the end")
    lr_warmup_steps: float = number(0, doc="samples of the warmup")
    lr_decay_steps: float | None = number(
        None, doc="samples until min_lr, warmup included; left out: those of the run", optional=True
    )
    lr_decay_style: str = text("linear", doc=f"{', '.join(_STYLES[:-1])} or {_STYLES[-1]}")
    wsd_decay_steps: float | None = number(None, doc="samples of the decay of WSD", optional=True)
    lr_wsd_decay_style: str | None = text("exponential", doc=f"of WSD: {', '.join(_ANNEALS)}", optional=True)
    increment: Any = data(
        None,
        doc="samples of an update, or a list of them; left out: what data says, else 1",
        takes="a count of samples, or a list of them",
        optional=True,
    )
    rampup_batch_size: Any = data(
        None,
        doc="[start, increment, samples]: the batch size grows from start to the global one over so many samples",
        takes="a list of three counts",
        optional=True,
    )
    group_overrides: Any = data(
        None,
        doc="max_lr and min_lr of groups, one mapping for each",
        takes="a list of mappings, one for each group",
        optional=True,
    )
    start_wd: float = number(0.01, doc="the weight decay at the start", momentum=True)
    end_wd: float | None = number(None, doc="the weight decay at the end", momentum=True, optional=True)
    wd_incr_steps: float | None = number(None, doc="samples of its way", momentum=True, optional=True)
    wd_incr_style: str = text("constant", doc="constant, linear or cosine: the weight decay, which is not shown")
    use_checkpoint_opt_param_scheduler: bool | None = flag(
        None, doc="whether a checkpoint's values win over these", momentum=True, optional=True
    )
    override_opt_param_scheduler: bool = flag(False, doc="whether these win over a checkpoint's", momentum=True)
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.min_lr < 0:
            raise _refuses("min_lr must not be negative", "min_lr", self.min_lr)
        if self.lr_decay_style not in _STYLES:
            reason = f"{self.lr_decay_style} decay style is not supported (it says so after the warmup)"
            raise _refuses(reason, "lr_decay_style", self.lr_decay_style, "Exception")
        if self.lr_decay_style == "WSD" and self.wsd_decay_steps is None:
            raise _refuses("WSD needs wsd_decay_steps", "wsd_decay_steps", None)
        if self.start_wd < 0 or (self.end_wd is not None and self.end_wd < self.start_wd):
            raise _refuses("end_wd must not be below start_wd, nor that below 0", "end_wd", self.end_wd)
        if self.override_opt_param_scheduler and self.use_checkpoint_opt_param_scheduler:
            raise _refuses("both override and use-checkpoint are set", "override_opt_param_scheduler", True)
        self._check_data()

    def _check_data(self) -> None:
        sizes = self.increment if isinstance(self.increment, tuple) else (self.increment,)
        if self.increment is not None and not (sizes and all(map(_is_size, sizes))):
            raise InvalidValue("increment", "must be a count of samples of at least 0, or a list of them", sizes)
        if self.rampup_batch_size is not None:
            self._check_ramp()
        overrides = self.group_overrides
        if overrides is None:
            return
        if not isinstance(overrides, tuple) or not all(isinstance(one, Mapping) for one in overrides):
            raise InvalidValue("group_overrides", "must be a list of mappings, one for each group", overrides)
        for one in overrides:
            for key, value in one.items():
                if key not in _OVERRIDES:
                    raise InvalidValue("group_overrides", f"has {', '.join(_OVERRIDES)}, not {key}", overrides)
                if not isinstance(value, (int, float)) or isinstance(value, bool):
                    raise InvalidValue("group_overrides", f"must hold numbers: {key}", value)

    def _check_ramp(self) -> None:
        ramp, full = self.rampup_batch_size, self.increment
        if not isinstance(ramp, tuple) or len(ramp) != 3 or not all(isinstance(n, int) and n > 0 for n in ramp):
            raise InvalidValue("rampup_batch_size", "must be three counts above 0: [start, increment, samples]", ramp)
        if not isinstance(full, int):
            raise InvalidValue("rampup_batch_size", "needs increment, the batch size that it grows to", ramp)
        if full <= ramp[0] or (full - ramp[0]) % ramp[1]:
            reason = f"the batch size must grow from {ramp[0]} to {full} in whole steps of {ramp[1]}"
            raise _refuses(reason, "rampup_batch_size", ramp)

    def bind(self, setting: Setting) -> OptimizerParamScheduler:
        bound = super().bind(setting)
        bound._check_rates()
        if self.group_overrides is not None and len(self.group_overrides) != len(setting.lrs):
            rule = f"must have one mapping for each group, {len(setting.lrs)} here"
            raise InvalidValue("group_overrides", rule, len(self.group_overrides))
        return bound

    def _check_rates(self) -> None:
        if self.max_lr is not None and self.max_lr < self.min_lr:
            raise _refuses("max_lr must be at least min_lr", "min_lr", self.min_lr)
        if self.max_lr is not None and self.init_lr > self.max_lr:
            raise _refuses("init_lr must not be above max_lr", "init_lr", self.init_lr)
        if self._decay <= 0:
            raise _refuses("lr_decay_steps must be above 0", "lr_decay_steps", self.lr_decay_steps)
        if self.lr_warmup_steps >= self._decay:
            reason = f"lr_warmup_steps must be below lr_decay_steps {self._decay:g}"
            raise _refuses(reason, "lr_warmup_steps", self.lr_warmup_steps)

        known = self.lr_decay_style != "WSD" or self.lr_wsd_decay_style in _ANNEALS
        if not known and self.lr_warmup_steps <= 0 and self._decay < (self.wsd_decay_steps or 0):
            reason = f"it has no lr_wsd_decay_style {self.lr_wsd_decay_style!r}"
            raise _refuses(reason, "lr_wsd_decay_style", self.lr_wsd_decay_style)

    @cached_property
    def _samples(self) -> Samples:
        size = self.increment
        if size is None:
            size = (self.setting.samples_per_step if self.setting else None) or 1
        if self.rampup_batch_size is not None:
            start, increment, samples = self.rampup_batch_size
            return Samples((*ramp_sizes(start, increment, samples, size), size))
        return Samples(size)

    @cached_property
    def _decay(self) -> float:
        if self.lr_decay_steps is not None:
            return self.lr_decay_steps
        return self._samples.before(self.setting.length if self.setting else 10_000)

    def _rate(self, key: str, default: float) -> float:
        """The rate of this group: its override, or the one of all."""
        if self.group_overrides is None:
            return default
        override: Mapping[str, float] = self.group_overrides[self.setting.group if self.setting else 0]
        return override.get(key, default)

    def ignores(self, lr: float) -> bool:
        return self.group_overrides is None and super().ignores(lr)

    def rule(self, base_lr: float) -> StatelessRule:
        top = self._rate("max_lr", float(base_lr if self.max_lr is None else self.max_lr))
        least = self._rate("min_lr", self.min_lr)
        start, warmup, decay = self.init_lr, self.lr_warmup_steps, self._decay
        climb = top - start
        after = self._after(float(top), float(least))
        count, constant, end = self._samples.counter(), self.lr_decay_style == "constant", float(least)

        def lr_at(t: int) -> float:
            n = count(t)
            if n <= warmup and warmup > 0:
                return start + (climb * float(n) / float(warmup))
            if n > decay and not constant:
                return end
            return after(n)

        return lr_at

    def _after(self, top: float, least: float) -> Callable[[float], float]:
        """The learning rate after the warmup and up to lr_decay_steps, by the samples seen."""
        warmup, decay, delta = self.lr_warmup_steps, self._decay, top - least
        style = self.lr_decay_style
        if style == "constant":
            return lambda n: top
        if style == "inverse-square-root":
            held = top * max(warmup, 1) ** 0.5
            return lambda n: max(least, held / (max(n, 1) ** 0.5))
        if style == "WSD":
            assert self.wsd_decay_steps is not None
            length = float(self.wsd_decay_steps)
            begin = decay - self.wsd_decay_steps
            anneal = _ANNEALS.get(self.lr_wsd_decay_style or "", self._no_anneal)
            return lambda n: least + 1.0 * delta if n <= begin else least + anneal(float(n - begin) / length) * delta
        rest = float(decay - warmup)
        if style == "linear":
            return lambda n: least + (1.0 - float(n - warmup) / rest) * delta
        cos, pi = math.cos, math.pi
        return lambda n: least + 0.5 * (cos(pi * (float(n - warmup) / rest)) + 1.0) * delta

    def _no_anneal(self, part: float) -> float:
        raise raised("megatron", "AssertionError", f"it has no lr_wsd_decay_style {self.lr_wsd_decay_style!r}")

    def breaks(self) -> tuple[float, ...]:
        samples = self._samples
        found = [samples.first_at_least(self.lr_warmup_steps), samples.first_above(self.lr_warmup_steps)]
        found += [samples.first_at_least(self._decay), samples.first_above(self._decay)]
        if self.lr_decay_style == "WSD" and self.wsd_decay_steps is not None:
            found.append(samples.first_above(self._decay - self.wsd_decay_steps))
        if self.lr_warmup_steps > 0 and found[1]:
            found.append(found[1] - 1)
        return tuple(at for at in found if at is not None)

    def event_at(self, t: int) -> str:
        if t < 1:
            return ""
        if self.lr_warmup_steps > 0 and self._samples.before(t - 1) < self.lr_warmup_steps <= self._samples.before(t):
            return "warmup ends"
        if self.lr_decay_style == "constant":
            return ""
        if self.wsd_decay_steps is not None and self.lr_decay_style == "WSD":
            begin = self._decay - self.wsd_decay_steps
            if self._samples.before(t - 1) < begin <= self._samples.before(t):
                return "decay begins"
        return "decay ends" if self._samples.before(t - 1) < self._decay <= self._samples.before(t) else ""

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes())

    def _notes(self) -> Iterator[Problem]:
        if self.lr_warmup_steps > 0 and self.init_lr == 0:
            yield Problem("first-update", "Megatron trains update 0 at 0", "init_lr is 0, and the warmup begins there")
        late = self.lr_decay_style == "WSD" and self.wsd_decay_steps is not None
        if late and self.wsd_decay_steps is not None and self._decay - self.wsd_decay_steps < self.lr_warmup_steps:
            why = "its clock runs during the warmup: the learning rate drops right after it"
            yield Problem("wsd-in-warmup", "the decay of WSD begins within the warmup", why)
        rows = self.setting.length if self.setting else 0
        if rows and self.lr_decay_style != "constant" and self._samples.before(rows) < self._decay:
            seen = self._samples.before(rows)
            what = f"lr_decay_steps {self._decay:g} are counted in samples: the run has {seen:g}"
            yield Problem("horizon", what, "increment is the global batch size")
