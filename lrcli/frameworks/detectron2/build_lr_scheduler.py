"""detectron2's build_lr_scheduler: the solver's configuration as one schedule."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from lrcli.errors import Problem
from lrcli.frameworks.base import raised
from lrcli.frameworks.detectron2.warmups import poly_rule, require_method, warmup_factor
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import CurveMarks, LrRule, Setting, count, dataclass, flag, length, number, positions, text

Curve = Callable[[float], float]

EPSILON = 1e-6
"""What fvcore adds to `where` before it compares it: above a million iterations, a milestone comes early."""


def multi_step(gamma: float, milestones: Sequence[float], updates: float) -> Curve:
    """A power of gamma for each milestone."""
    values = [gamma**k for k in range(len(milestones) + 1)]

    def value(where: float) -> float:
        if where > 1.0:
            raise raised("detectron2", "RuntimeError", "where in ParamScheduler must be in [0, 1]")
        return values[bisect_right(milestones, int((where + EPSILON) * updates))]

    return value


def fixed_gamma(gamma: float, decays: int) -> Curve:
    """Equal parts, each gamma times the one before; the end of the run is past the last one."""
    values = [1.0]
    for _ in range(decays):
        values.append(values[-1] * gamma)

    def value(where: float) -> float:
        part = int((where + EPSILON) * len(values))
        if part >= len(values):
            raise raised("detectron2", "IndexError", "the schedule has no value at the end of the run")
        return values[part]

    return value


def warmed_up(curve: Curve, factor: float, length: float, method: str, rescale: bool) -> Curve:
    """A curve after a warmup of this share of the run, from `factor` times its start to where it goes on."""
    end = curve(0.0) if rescale else curve(length)
    start = factor * curve(0.0)
    rest = 1.0 - length
    begin = length + rest - rest

    def value(where: float) -> float:
        if where + EPSILON > length:
            return curve((where - begin) / rest if rescale else where)
        if method == "constant":
            return start
        done = where / length
        return end * done + start * (1 - done)

    return value


def first_at(reached: Callable[[int], bool], near: float) -> int:
    """The first iteration that reaches something, which is at `near` or a little before it."""
    t = max(0, math.floor(near) - 2)
    while not reached(t):
        t += 1
    return t


_NAMES = ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR")


@dataclass(frozen=True)
class BuildLRScheduler(FrameworkSchedule):
    """Multiply the learning rate with the curve that LR_SCHEDULER_NAME names, which begins with a warmup.

    lr(t) = base_lr * m(t / MAX_ITER), with L = min(WARMUP_ITERS / MAX_ITER, 1):

    m(w)  = s(L) * w / L + WARMUP_FACTOR * s(0) * (1 - w / L)     for w + 1e-6 <= L (constant: WARMUP_FACTOR * s(0))
            s(w)                                                  after it
    s(w)  = GAMMA ** (the number of STEPS up to iteration)                              WarmupMultiStepLR
            e + 0.5 * (1 - e) * (1 + cos(pi * w)), e = BASE_LR_END / BASE_LR            WarmupCosineLR
            GAMMA ** int((w + 1e-6) * (NUM_DECAYS + 1))                                 WarmupStepWithFixedGammaLR

    The curve runs during the warmup, too, so that a cosine never comes up to BASE_LR; with RESCALE_INTERVAL it begins
    after it, and the warmup ends at s(0). WarmupPolyLR of the DeepLab project is its class: detectron2.WarmupPolyLR.
    Above a million iterations the steps come a little early (by 1e-6 of the run).

    >>> schedule = BuildLRScheduler(MAX_ITER=8, STEPS=(4,), WARMUP_ITERS=2, WARMUP_FACTOR=0.5)
    >>> [schedule.lr_at(t, 1.0) for t in (0, 1, 2, 4)]
    [0.5, 0.75, 1.0, 0.1]

    Source: detectron2/solver/build.py, lr_scheduler.py, commit 02b5c4e, over fvcore 0.1.5.post20221221 (run).
    """

    name = "detectron2.build_lr_scheduler"
    sets_lr = True
    own_rate = "BASE_LR"

    LR_SCHEDULER_NAME: str = text("WarmupMultiStepLR", doc=f"{', '.join(_NAMES[:3])} or {_NAMES[3]}", choices=_NAMES)
    MAX_ITER: float = length(40000, doc="iterations of the run", any_number=True)
    BASE_LR: float | None = number(None, doc="the learning rate; left out: lr, else 0.001", optional=True)
    BASE_LR_END: float = number(0.0, doc="the learning rate at the end of a cosine")
    GAMMA: float = number(0.1, doc="the factor of each step")
    STEPS: tuple[float, ...] = positions((30000,), doc="the iterations of the steps")
    NUM_DECAYS: float = count(3, doc="the steps of WarmupStepWithFixedGammaLR")
    WARMUP_FACTOR: float = number(0.001, doc="the share of the learning rate at the start")
    WARMUP_ITERS: float = length(1000, doc="iterations of the warmup", any_number=True)
    WARMUP_METHOD: str = text("linear", doc="linear or constant", choices=("linear", "constant"))
    RESCALE_INTERVAL: bool = flag(False, doc="whether the curve begins after the warmup")
    POLY_LR_POWER: float = number(0.9, doc="the power of WarmupPolyLR")
    POLY_LR_CONSTANT_ENDING: float = number(0.0, doc="the least share of WarmupPolyLR")

    def check_values(self) -> None:
        known = self.LR_SCHEDULER_NAME in _NAMES
        self.require(known, f"Unknown LR scheduler: {self.LR_SCHEDULER_NAME}", "LR_SCHEDULER_NAME")
        require_method(self, "WARMUP_METHOD")
        self.require(self.MAX_ITER > 0, "MAX_ITER must be above 0", "MAX_ITER", "ZeroDivisionError")

    def bind(self, setting: Setting) -> BuildLRScheduler:
        several = len(setting.lrs) > 1 and self.BASE_LR is None and setting.default_lr is not None
        solver = replace(self, BASE_LR=setting.default_lr) if several else self
        return super(BuildLRScheduler, solver).bind(setting)

    def check_run(self, setting: Setting) -> None:
        self._factors(0.0)  # whatever detectron2 refuses is an error here

    @property
    def _base_lr(self) -> float:
        """The solver's learning rate, whatever those of the groups are."""
        return 0.001 if self.BASE_LR is None else self.BASE_LR

    @property
    def _has_groups(self) -> bool:
        return len(self.setting.lrs) > 1

    @property
    def _is_poly(self) -> bool:
        return self.LR_SCHEDULER_NAME == "WarmupPolyLR"

    @property
    def _warmup(self) -> float:
        """The warmup as a share of the run."""
        return min(self.WARMUP_ITERS / self.MAX_ITER, 1.0)

    def ignores(self, lr: float) -> bool:
        return not self._has_groups and super().ignores(lr)

    @cached_property
    def _milestones(self) -> tuple[float, ...]:
        return tuple(step for step in self.STEPS if step <= self.MAX_ITER)

    def _multi_step(self) -> Curve:
        total, values = self.MAX_ITER, len(self._milestones) + 1
        reason = f"Total num_updates {total:g} must be greater than length of param schedule {values}"
        self.require(total >= values, reason, "MAX_ITER")
        for before, milestone in pairwise((0, *self._milestones)):
            late = f"Milestone must be smaller than total number of updates: num_updates={total:g}, "
            self.require(milestone < total, f"{late}milestone={milestone:g}", "STEPS")
            early = f"Milestone must be larger than the one before: {milestone:g} after {before:g}"
            self.require(milestone > before, early, "STEPS")
        return multi_step(self.GAMMA, self._milestones, total)

    def _cosine(self) -> Curve:
        base = self._base_lr
        self.require(base != 0, "BASE_LR must not be 0", "BASE_LR", "ZeroDivisionError")
        end = self.BASE_LR_END / base
        inside = 0.0 <= end <= 1.0
        self.require(inside, "BASE_LR_END must lie between 0 and BASE_LR", "BASE_LR_END", "AssertionError")
        return lambda where: end + 0.5 * (1 - end) * (1 + math.cos(math.pi * where))

    def _fixed_gamma(self) -> Curve:
        self.require(self.GAMMA > 0, "base_value and gamma must be positive numbers", "GAMMA")
        for field in ("NUM_DECAYS", "MAX_ITER"):
            count = getattr(self, field)
            positive = isinstance(count, int) and count > 0
            self.require(positive, "num_decays and num_updates must be positive integers", field)
        return fixed_gamma(self.GAMMA, int(self.NUM_DECAYS))

    @cached_property
    def _factors(self) -> Curve:
        if self._is_poly:
            return lambda where: 1.0
        if self.LR_SCHEDULER_NAME == "WarmupMultiStepLR":
            curve = self._multi_step()
        else:
            curve = self._cosine() if self.LR_SCHEDULER_NAME == "WarmupCosineLR" else self._fixed_gamma()
        try:
            return warmed_up(curve, self.WARMUP_FACTOR, self._warmup, self.WARMUP_METHOD, self.RESCALE_INTERVAL)
        except ValueError as error:
            raise self.refusal("IndexError", "the warmup must be shorter than the run", "WARMUP_ITERS") from error

    def rule(self, base_lr: float) -> LrRule:
        # groups keep their own learning rates; a bound schedule has that of the solver, or detectron2's default
        of_group = self._has_groups or (not self.setting.length and self.BASE_LR is None)
        base = base_lr if of_group else self._base_lr
        total = self.MAX_ITER
        if self._is_poly:
            factor = warmup_factor(self.WARMUP_METHOD, self.WARMUP_ITERS, self.WARMUP_FACTOR)
            return poly_rule(base, total, factor, self.POLY_LR_POWER, self.POLY_LR_CONSTANT_ENDING)
        factors = self._factors
        return lambda t: base * factors(t / total)

    @cached_property
    def _warmup_end(self) -> int:
        """The first iteration after the warmup."""
        if self._is_poly:
            return max(0, math.ceil(self.WARMUP_ITERS))
        total, share = self.MAX_ITER, self._warmup
        return first_at(lambda t: t / total + EPSILON > share, (share - EPSILON) * total)

    @cached_property
    def _steps(self) -> tuple[int, ...]:
        """The iterations at which the rate is multiplied by GAMMA."""
        total, begin = self.MAX_ITER, self._warmup if self.RESCALE_INTERVAL else 0.0
        scale, marks, parts = 1 - begin, self._milestones, total
        if self.LR_SCHEDULER_NAME == "WarmupStepWithFixedGammaLR":
            marks, parts = tuple(range(1, int(self.NUM_DECAYS) + 1)), int(self.NUM_DECAYS) + 1
        elif self.LR_SCHEDULER_NAME != "WarmupMultiStepLR":
            return ()

        def step(mark: float) -> int:
            near = (begin + scale * (mark / parts - EPSILON)) * total
            return first_at(lambda t: ((t / total - begin) / scale + EPSILON) * parts >= mark, near)

        return tuple(map(step, marks)) if scale > 0 else ()

    def marks(self) -> CurveMarks:
        yield self._warmup_end, "warmup ends"
        for step in dict.fromkeys(self._steps):
            yield step, f"step x{self.GAMMA:g}"
        yield self.MAX_ITER, ""

    def monotone_until(self, t: int) -> int | None:
        return t + 1 if self._is_poly and t < self.WARMUP_ITERS else super().monotone_until(t)

    def notes(self) -> Iterator[Problem]:
        rows = self.setting.length
        if rows and rows != self.MAX_ITER:
            yield Problem("horizon", f"MAX_ITER {self.MAX_ITER:g} of {self.name} is not the run's {rows} steps")
        if self.LR_SCHEDULER_NAME == "WarmupMultiStepLR" and len(self._milestones) < len(self.STEPS):
            late = ", ".join(f"{step:g}" for step in self.STEPS if step > self.MAX_ITER)
            yield Problem("milestone-outside", f"STEPS {late} lie past MAX_ITER {self.MAX_ITER:g}: they are left out")
        peak = 1.0 if self.RESCALE_INTERVAL or self.WARMUP_ITERS <= 0 else self._factors(self._warmup)
        if peak < 1:
            what = f"the warmup ends at {peak:.4g} times the learning rate"
            yield Problem("warmup-peak", what, "the curve runs from the first iteration on")
