"""Megatron's learning rate: a linear warmup, then one of five styles down to a minimum."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.base import raising
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import (
    CurveMarks,
    LrRule,
    Setting,
    are_numbers,
    data,
    dataclass,
    flag,
    is_number,
    number,
    text,
    untried,
)

_STYLES = ("linear", "cosine", "constant", "inverse-square-root", "WSD")
_ANNEALS: dict[str, Callable[[float], float]] = {
    "linear": lambda part: 1.0 - part,
    "cosine": lambda part: 0.5 * (math.cos(math.pi * part) + 1.0),
    "exponential": lambda part: (2.0 * math.pow(0.5, part)) - 1.0,
    "minus_sqrt": lambda part: 1.0 - math.sqrt(part),
}
_OVERRIDES = ("max_lr", "min_lr", "start_wd", "end_wd", "wd_mult")


def _are_sizes(value: object) -> bool:
    sizes = value if isinstance(value, tuple) else (value,)
    return are_numbers(sizes) and min(sizes) >= 0


@dataclass(frozen=True)
class OptimizerParamScheduler(FrameworkSchedule):
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
    own_rate = "max_lr"

    init_lr: float = number(0.0, doc="the learning rate of update 0")
    max_lr: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    min_lr: float = number(0.0, doc="the learning rate at the end")
    lr_warmup_steps: float = number(0, doc="samples of the warmup")
    lr_decay_steps: float | None = number(
        None, doc="samples until min_lr, warmup included; left out: those of the run", optional=True
    )
    lr_decay_style: str = text("linear", doc=f"{', '.join(_STYLES[:-1])} or {_STYLES[-1]}", choices=_STYLES)
    wsd_decay_steps: float | None = number(None, doc="samples of the decay of WSD", optional=True)
    lr_wsd_decay_style: str | None = text(
        "exponential", doc=f"of WSD: {', '.join(_ANNEALS)}", optional=True, choices=tuple(_ANNEALS)
    )
    increment: Any = data(
        None,
        doc="samples of an update, or a list of them; left out: what data says, else 1",
        takes="a count of samples of at least 0, or a list of them",
        test=_are_sizes,
        optional=True,
    )
    rampup_batch_size: Any = data(
        None,
        doc="[start, increment, samples]: the batch size grows from start to the global one over so many samples",
        takes="three counts above 0: [start, increment, samples]",
        test=lambda ramp: (
            isinstance(ramp, tuple) and len(ramp) == 3 and all(isinstance(n, int) and n > 0 for n in ramp)
        ),
        optional=True,
    )
    group_overrides: Any = data(
        None,
        doc="max_lr and min_lr of groups, one mapping for each",
        takes="a list of mappings, one for each group",
        test=lambda value: isinstance(value, tuple) and all(isinstance(item, Mapping) for item in value),
        optional=True,
    )
    start_wd: float = number(0.01, doc="the weight decay at the start", momentum=True)
    end_wd: float | None = number(None, doc="the weight decay at the end", momentum=True, optional=True)
    wd_incr_steps: float | None = number(None, doc="samples of its way", momentum=True, optional=True)
    wd_incr_style: str = text(
        "constant", doc="constant, linear or cosine: the weight decay, which is not shown", tried=untried
    )
    use_checkpoint_opt_param_scheduler: bool | None = flag(
        None, doc="whether a checkpoint's values win over these", momentum=True, optional=True
    )
    override_opt_param_scheduler: bool = flag(False, doc="whether these win over a checkpoint's", momentum=True)

    def check_values(self) -> None:
        self._require("min_lr", self.min_lr >= 0, "min_lr must not be negative")
        reason = f"{self.lr_decay_style} decay style is not supported (it says so after the warmup)"
        self.require(self.lr_decay_style in _STYLES, reason, "lr_decay_style", "Exception")
        needed = self.lr_decay_style == "WSD" and self.wsd_decay_steps is None
        self._require("wsd_decay_steps", not needed, "WSD needs wsd_decay_steps")
        increasing = self.start_wd >= 0 and (self.end_wd is None or self.end_wd >= self.start_wd)
        self._require("end_wd", increasing, "end_wd must not be below start_wd, nor that below 0")
        both = self.override_opt_param_scheduler and self.use_checkpoint_opt_param_scheduler
        self._require("override_opt_param_scheduler", not both, "both override and use-checkpoint are set")
        if self.rampup_batch_size is not None:
            self._check_ramp()
        for override in self.group_overrides or ():
            for key, value in override.items():
                if key not in _OVERRIDES:
                    raise InvalidValue("group_overrides", f"has {', '.join(_OVERRIDES)}, not {key}", override)
                if not is_number(value):
                    raise InvalidValue("group_overrides", f"must hold numbers: {key}", value)

    def _require(self, field: str, holds: bool, reason: str) -> None:
        self.require(holds, reason, field, "AssertionError")

    def _check_ramp(self) -> None:
        ramp, full = self.rampup_batch_size, self.increment
        if not isinstance(full, int):
            raise InvalidValue("rampup_batch_size", "needs increment, the batch size that it grows to", ramp)
        whole = full > ramp[0] and (full - ramp[0]) % ramp[1] == 0
        reason = f"the batch size must grow from {ramp[0]} to {full} in whole steps of {ramp[1]}"
        self._require("rampup_batch_size", whole, reason)

    def check_run(self, setting: Setting) -> None:
        if self.group_overrides is not None and len(self.group_overrides) != len(setting.lrs):
            rule = f"must have one mapping for each group, {len(setting.lrs)} here"
            raise InvalidValue("group_overrides", rule, len(self.group_overrides))
        top, decay, warmup = self.max_lr, self._decay, self.lr_warmup_steps
        self._require("min_lr", top is None or top >= self.min_lr, "max_lr must be at least min_lr")
        self._require("init_lr", top is None or top >= self.init_lr, "init_lr must not be above max_lr")
        self._require("lr_decay_steps", decay > 0, "lr_decay_steps must be above 0")
        self._require("lr_warmup_steps", warmup < decay, f"lr_warmup_steps must be below lr_decay_steps {decay:g}")
        known = self.lr_decay_style != "WSD" or self.lr_wsd_decay_style in _ANNEALS
        known = known or warmup > 0 or decay >= (self.wsd_decay_steps or 0)
        self._require("lr_wsd_decay_style", known, f"it has no lr_wsd_decay_style {self.lr_wsd_decay_style!r}")

    @cached_property
    def _samples(self) -> Samples:
        size = (self.setting.samples_per_step or 1) if self.increment is None else self.increment
        if self.rampup_batch_size is not None:
            start, increment, samples = self.rampup_batch_size
            return Samples((*ramp_sizes(start, increment, samples, size), size))
        return Samples(size)

    @cached_property
    def _decay(self) -> float:
        if self.lr_decay_steps is not None:
            return self.lr_decay_steps
        return self._samples.before(self.setting.length or 10_000)

    def _rate(self, key: str, default: float) -> float:
        """The rate of this group: its override, or the one of all."""
        if self.group_overrides is None:
            return default
        override: Mapping[str, float] = self.group_overrides[self.setting.group]
        return override.get(key, default)

    def ignores(self, lr: float) -> bool:
        return self.group_overrides is None and super().ignores(lr)

    def rule(self, base_lr: float) -> LrRule:
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
        rest, cos, pi = float(decay - warmup), math.cos, math.pi
        if style == "cosine":
            return lambda n: least + 0.5 * (cos(pi * (float(n - warmup) / rest)) + 1.0) * delta
        begin, size = warmup, rest
        if self._anneal_begin is not None:
            begin, size = self._anneal_begin, float(self.wsd_decay_steps or 0)
            style = self.lr_wsd_decay_style or ""
        reason = f"it has no lr_wsd_decay_style {self.lr_wsd_decay_style!r}"
        anneal = _ANNEALS.get(style) or raising("megatron", "AssertionError", reason)
        return lambda n: least + 1.0 * delta if n <= begin else least + anneal(float(n - begin) / size) * delta

    @property
    def _anneal_begin(self) -> float | None:
        """The samples after which WSD decays."""
        wsd = self.lr_decay_style == "WSD" and self.wsd_decay_steps is not None
        return self._decay - (self.wsd_decay_steps or 0) if wsd else None

    def marks(self) -> CurveMarks:
        samples, begin = self._samples, self._anneal_begin
        yield samples.first(self.lr_warmup_steps), "warmup ends" if self.lr_warmup_steps > 0 else ""
        after = samples.first(self.lr_warmup_steps, above=True)
        yield from ((after - 1, ""), (after, ""))
        if begin is not None:
            yield samples.first(begin), "decay begins"
            yield samples.first(begin, above=True), ""
        yield samples.first(self._decay), "" if self.lr_decay_style == "constant" else "decay ends"
        yield samples.first(self._decay, above=True), ""

    def notes(self) -> Iterator[Problem]:
        if self.lr_warmup_steps > 0 and self.init_lr == 0:
            yield Problem("first-update", "Megatron trains update 0 at 0", "init_lr is 0, and the warmup begins there")
        if self._anneal_begin is not None and self._anneal_begin < self.lr_warmup_steps:
            why = "its clock runs during the warmup: the learning rate drops right after it"
            yield Problem("wsd-in-warmup", "the decay of WSD begins within the warmup", why)
        rows = self.setting.length
        seen = self._samples.before(rows)
        if rows and self.lr_decay_style != "constant" and seen < self._decay:
            what = f"lr_decay_steps {self._decay:g} are counted in samples: the run has {seen:g}"
            yield Problem("horizon", what, "increment is the global batch size")


MOST_RAMP = 1_000_000
"""At most this many updates of a ramp are counted."""


class Samples:
    """How many samples were seen before update t: a multiple of the batch size, or the sum of the sizes so far.

    Where sizes are listed, the last one goes on after the end of the list.

    >>> ramp = Samples((16, 16, 32))
    >>> [ramp.before(t) for t in range(6)], ramp.first(64), ramp.first(64, above=True)
    ([0, 16, 32, 64, 96, 128], 3, 4)
    """

    def __init__(self, increment: float | Sequence[float]) -> None:
        sizes = increment if isinstance(increment, Sequence) else ()
        self._sums: list[float] = list(accumulate(sizes, initial=0))
        self._last: float = increment if not isinstance(increment, Sequence) else increment[-1]

    def counter(self) -> Callable[[int], float]:
        """The samples before an update, as a function."""
        sums, last = self._sums, self._last
        end = len(sums) - 1
        if not end:
            return lambda t: t * last
        return lambda t: sums[t] if t <= end else sums[end] + (t - end) * last

    def before(self, t: int) -> float:
        """The samples before update t."""
        return self.counter()(t)

    def first(self, n: float, above: bool = False) -> float:
        """The first update before which n samples were seen, or `above` n; infinity if that never comes."""
        at = (bisect_right if above else bisect_left)(self._sums, n)
        if at < len(self._sums):
            return at
        rest, end = n - self._sums[-1], len(self._sums) - 1
        if self._last <= 0:
            return math.inf
        return end + (int(rest // self._last) + 1 if above else int(-(-rest // self._last)))


def ramp_sizes(start: int, increment: int, samples: int, full: int) -> tuple[int, ...]:
    """The batch sizes while they grow from start to full over so many samples, as --rampup-batch-size has them.

    >>> ramp_sizes(2, 2, 12, 6)
    (2, 2, 2, 4, 4)
    """
    each = samples / ((full - start) / increment)
    sizes: list[int] = []
    seen = 0
    while seen <= samples and len(sizes) < MOST_RAMP:
        sizes.append(start + int(seen / each) * increment)
        seen += sizes[-1]
    return tuple(sizes)
