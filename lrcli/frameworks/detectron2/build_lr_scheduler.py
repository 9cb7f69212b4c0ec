"""The schedule that detectron2 builds from a SOLVER."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from lrcli.errors import Problem
from lrcli.frameworks.detectron2._curves import (
    EPSILON,
    Curve,
    cosine,
    first_at,
    fixed_gamma,
    multi_step,
    warmed_up,
)
from lrcli.frameworks.detectron2._warmup import check_method, refuses, warmup_factor
from lrcli.frameworks.stateless import Stateless, StatelessRule
from lrcli.schedules.base import Setting, setting
from lrcli.schedules.params import count, flag, length, number, positions, text
from lrcli.values import dataclass

_NAMES = ("WarmupMultiStepLR", "WarmupCosineLR", "WarmupStepWithFixedGammaLR", "WarmupPolyLR")


@dataclass(frozen=True)
class BuildLRScheduler(Stateless):
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
    counts = "step"
    sets_lr = True
    own_rate = "BASE_LR"

    LR_SCHEDULER_NAME: str = text("WarmupMultiStepLR", doc=f"{', '.join(_NAMES[:3])} or {_NAMES[3]}")
    MAX_ITER: float = length(40000, doc="iterations of the run", any_number=True)
    BASE_LR: float | None = number(None, doc="the learning rate; left out: lr, else 0.001", optional=True)
    BASE_LR_END: float = number(0.0, doc="the learning rate at the end of a cosine")
    GAMMA: float = number(0.1, doc="the factor of each step")
    STEPS: tuple[float, ...] = positions((30000,), doc="the iterations of the steps")
    NUM_DECAYS: float = count(3, doc="the steps of WarmupStepWithFixedGammaLR")
    WARMUP_FACTOR: float = number(0.001, doc="the share of the learning rate at the start")
    WARMUP_ITERS: float = length(1000, doc="iterations of the warmup", any_number=True)
    WARMUP_METHOD: str = text("linear", doc="linear or constant")
    RESCALE_INTERVAL: bool = flag(False, doc="whether the curve begins after the warmup")
    POLY_LR_POWER: float = number(0.9, doc="the power of WarmupPolyLR")
    POLY_LR_CONSTANT_ENDING: float = number(0.0, doc="the least share of WarmupPolyLR")
    setting: Setting | None = setting()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.LR_SCHEDULER_NAME not in _NAMES:
            reason = f"Unknown LR scheduler: {self.LR_SCHEDULER_NAME}"
            raise refuses("ValueError", reason, "LR_SCHEDULER_NAME", self.LR_SCHEDULER_NAME)
        check_method("WARMUP_METHOD", self.WARMUP_METHOD)
        if self.MAX_ITER <= 0:
            raise refuses("ZeroDivisionError", "MAX_ITER must be above 0", "MAX_ITER", self.MAX_ITER)

    def bind(self, setting: Setting) -> BuildLRScheduler:
        several = len(setting.lrs) > 1 and self.BASE_LR is None and setting.default_lr is not None
        solver = replace(self, BASE_LR=setting.default_lr) if several else self
        bound = super(BuildLRScheduler, solver).bind(setting)
        bound._factors(0.0)  # whatever detectron2 refuses is an error here
        return bound

    @property
    def _base_lr(self) -> float:
        """The solver's learning rate, whatever those of the groups are."""
        return 0.001 if self.BASE_LR is None else self.BASE_LR

    def ignores(self, lr: float) -> bool:
        return (self.setting is None or len(self.setting.lrs) < 2) and super().ignores(lr)

    @cached_property
    def _kept(self) -> tuple[float, ...]:
        return tuple(step for step in self.STEPS if step <= self.MAX_ITER)

    @cached_property
    def _factors(self) -> Curve:
        curve: Curve
        if self.LR_SCHEDULER_NAME == "WarmupPolyLR":
            return lambda where: 1.0
        if self.LR_SCHEDULER_NAME == "WarmupMultiStepLR":
            curve = multi_step(self.GAMMA, self._kept, self.MAX_ITER)
        elif self.LR_SCHEDULER_NAME == "WarmupCosineLR":
            if not self._base_lr:
                raise refuses("ZeroDivisionError", "BASE_LR must not be 0", "BASE_LR", self._base_lr)
            end = self.BASE_LR_END / self._base_lr
            if not 0.0 <= end <= 1.0:
                reason = "BASE_LR_END must lie between 0 and BASE_LR"
                raise refuses("AssertionError", reason, "BASE_LR_END", self.BASE_LR_END)
            curve = cosine(end)
        else:
            curve = fixed_gamma(self.GAMMA, self.NUM_DECAYS, self.MAX_ITER)
        share = min(self.WARMUP_ITERS / self.MAX_ITER, 1.0)
        try:
            return warmed_up(curve, self.WARMUP_FACTOR, share, self.WARMUP_METHOD, self.RESCALE_INTERVAL)
        except ValueError as error:
            reason = "the warmup must be shorter than the run"
            raise refuses("IndexError", reason, "WARMUP_ITERS", self.WARMUP_ITERS) from error

    def rule(self, base_lr: float) -> StatelessRule:
        # groups keep their own learning rates; a bound schedule has that of the solver, or detectron2's default
        several = self.setting is not None and len(self.setting.lrs) > 1
        base = base_lr if several or (self.setting is None and self.BASE_LR is None) else self._base_lr
        total = self.MAX_ITER
        if self.LR_SCHEDULER_NAME == "WarmupPolyLR":
            return self._poly(base)
        factors = self._factors
        return lambda t: base * factors(t / total)

    def _poly(self, base: float) -> StatelessRule:
        from lrcli.frameworks.detectron2.warmup_poly_lr import poly_rule

        factor = warmup_factor(self.WARMUP_METHOD, self.WARMUP_ITERS, self.WARMUP_FACTOR)
        return poly_rule(base, self.MAX_ITER, factor, self.POLY_LR_POWER, self.POLY_LR_CONSTANT_ENDING)

    @cached_property
    def _warmup_end(self) -> int:
        """The first iteration after the warmup."""
        total, share = self.MAX_ITER, min(self.WARMUP_ITERS / self.MAX_ITER, 1.0)
        if self.LR_SCHEDULER_NAME == "WarmupPolyLR":
            return max(0, math.ceil(self.WARMUP_ITERS))
        return first_at(lambda t: t / total + EPSILON > share, (share - EPSILON) * total)

    @cached_property
    def _steps(self) -> dict[int, str]:
        total, begin, scale = self.MAX_ITER, 0.0, 1.0
        if self.RESCALE_INTERVAL:
            begin = min(self.WARMUP_ITERS / total, 1.0)
            scale = 1 - begin
        if self.LR_SCHEDULER_NAME == "WarmupMultiStepLR":
            marks, parts = self._kept, total
        elif self.LR_SCHEDULER_NAME == "WarmupStepWithFixedGammaLR":
            marks, parts = tuple(range(1, int(self.NUM_DECAYS) + 1)), int(self.NUM_DECAYS) + 1
        else:
            return {}
        found: dict[int, str] = {}
        for mark in marks if scale > 0 else ():
            near = (begin + scale * (mark / parts - EPSILON)) * total
            at = first_at(lambda t, mark=mark: ((t / total - begin) / scale + EPSILON) * parts >= mark, near)  # type: ignore[misc]
            found[at] = f"step x{self.GAMMA:g}"
        return found

    def breaks(self) -> tuple[float, ...]:
        return (self._warmup_end, *self._steps, self.MAX_ITER)

    def monotone_until(self, t: int) -> int | None:
        product = self.LR_SCHEDULER_NAME == "WarmupPolyLR" and t < self.WARMUP_ITERS
        return t + 1 if product else super().monotone_until(t)

    def event_at(self, t: int) -> str:
        events = ["warmup ends"] if t and t == self._warmup_end else []
        return "; ".join([*events, *([self._steps[t]] if t in self._steps and t else [])])

    def notes(self) -> tuple[Problem, ...]:
        return tuple(self._notes())

    def _notes(self) -> Iterator[Problem]:
        rows = self.setting.length if self.setting else 0
        if rows and rows != self.MAX_ITER:
            yield Problem("horizon", f"MAX_ITER {self.MAX_ITER:g} of {self.name} is not the run's {rows} steps")
        if self.LR_SCHEDULER_NAME == "WarmupMultiStepLR" and len(self._kept) < len(self.STEPS):
            late = ", ".join(f"{step:g}" for step in self.STEPS if step > self.MAX_ITER)
            yield Problem("milestone-outside", f"STEPS {late} lie past MAX_ITER {self.MAX_ITER:g}: they are left out")
        if self.WARMUP_ITERS > 0 and not self.RESCALE_INTERVAL and self.LR_SCHEDULER_NAME != "WarmupPolyLR":
            peak = self._factors(min(self.WARMUP_ITERS / self.MAX_ITER, 1.0))
            if peak < 1:
                what = f"the warmup ends at {peak:.4g} times the learning rate"
                yield Problem("warmup-peak", what, "the curve runs from the first iteration on")
