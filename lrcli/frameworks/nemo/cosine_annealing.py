"""A warmup, then half a cosine, with Megatron's form of it where constant_steps are given."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.errors import Problem
from lrcli.frameworks.nemo._policy import NemoAnnealed, edges, no_rate
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, length, number


@dataclass(frozen=True, kw_only=True)
class NemoCosineAnnealing(NemoAnnealed):
    """Warm up to the learning rate, then follow half a cosine to min_lr; with constant_steps, stay there so long.

    lr(t) = base_lr * ((t + 1) / (W + 1))                                         for t <= W = warmup_steps
            (base_lr - min_lr) * (0.5 * (1 + cos(pi * (t - W) / (T - W)))) + min_lr    for t <= T = max_steps
            min_lr                                                                from there on

    With constant_steps C it is another curve, of the first group's learning rate for all groups:

    lr(t) = first_lr * t / W                                                      for t <= W
            min_lr + 0.5 * (cos(pi * (t - W) / D) + 1) * (first_lr - min_lr)      for t <= W + D, D = T - (C + W)
            min_lr                                                                from there on

    >>> [NemoCosineAnnealing(max_steps=4).lr_at(t, base_lr=0.1) for t in (0, 2, 4, 5)]
    [0.1, 0.05, 0.0, 0.0]
    >>> policy = NemoCosineAnnealing(max_steps=8, warmup_steps=2, constant_steps=2)
    >>> [policy.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6)]
    [0.0, 0.05, 0.1, 0.05, 0.0]

    Source: nemo.core.optim.lr_scheduler.CosineAnnealing (run in 3.0.0).
    """

    name = "nemo.CosineAnnealing"

    constant_steps: float | None = length(
        None, doc="steps at min_lr at the end of the run", any_number=True, optional=True, rounds="down"
    )
    constant_ratio: float | None = number(None, doc="the same as a share of max_steps, rounded down", optional=True)

    def check_values(self) -> None:
        super().check_values()
        self.check_pair("constant")

    def check_run(self, setting: Setting) -> None:
        first = self.first_lr(math.inf)
        below = not self.warmup and first < self.min_lr and self.constant <= self.max_steps
        reason = "the learning rate of the first group must be above min_lr with constant_steps"
        exception = "ValueError" if below else "AssertionError"
        self.require(not self.constant or first > self.min_lr, reason, "min_lr", exception)

    @property
    def constant(self) -> float:
        """Steps at min_lr at the end."""
        return self.steps_of("constant")

    def _unless_below(self, rule: LrRule, base_lr: float) -> LrRule:
        """The rule, which raises where the learning rate of some group is below min_lr."""
        below = any(lr < self.min_lr for lr in self.all_lrs(base_lr))
        return no_rate("the learning rate must not be below min_lr") if below else rule

    def body(self, base_lr: float) -> LrRule:
        warmup, low, rest = self.warmup, self.min_lr, self.max_steps - self.warmup
        span, pi, cos = base_lr - self.min_lr, math.pi, math.cos
        return self._unless_below(lambda t: span * (0.5 * (1 + cos(pi * (t - warmup) / rest))) + low, base_lr)

    def pieces(self, base_lr: float) -> Sequence[tuple[float, LrRule]]:
        if not self.constant:
            return super().pieces(base_lr)
        top, low, warmup = self.first_lr(base_lr), float(self.min_lr), self.warmup
        decay, span, pi, cos = self.max_steps - (self.constant + warmup), top - low, math.pi, math.cos
        climb, size = float(warmup), float(decay)
        end = math.floor(min(warmup + decay, self.max_steps)) + 1
        fall = self._unless_below(lambda t: low + 0.5 * (cos(pi * ((t - warmup) / size)) + 1.0) * span, base_lr)
        return (
            (math.floor(warmup) + 1 if warmup > 0 else 0, lambda t: top * t / climb),
            (end, fall),
            (math.inf, lambda t: low),
        )

    def marks(self) -> CurveMarks:
        if not self.constant:
            yield from super().marks()
            return
        yield from edges(self.warmup, "warmup ends")
        yield from edges(self.max_steps - self.constant, "decay ends")

    def notes(self) -> Iterator[Problem]:
        if self.constant:
            yield from self.first_group_note()
