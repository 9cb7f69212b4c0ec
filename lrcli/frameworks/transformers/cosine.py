"""The cosines of transformers, which nothing stops at the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from lrcli.errors import Problem
from lrcli.frameworks.schedule import Pieces
from lrcli.frameworks.transformers.warmups import Timed, refuse_before
from lrcli.schedules import CurveMarks, LrRule, Setting, dataclass, number
from lrcli.schedules.turns import next_turn


@dataclass(frozen=True, kw_only=True)
class Turning(Timed):
    """A cosine between the warmup and the end, which nothing stops at the end."""

    lead = 0
    """How many steps the cosine is ahead."""

    @property
    def waves(self) -> float:
        """The waves until the end; half a wave falls from top to bottom."""
        return 0.5

    def wave(self) -> Callable[[float], float]:
        """The cosine, from 1 down to 0 and up again, as a function of the steps since the warmup."""
        rest, angle, cos = float(self.rest), math.pi * float(self.waves) * 2.0, math.cos
        return lambda steps: 0.5 * (1.0 + cos(angle * (steps / rest)))

    def repeats(self) -> Iterator[tuple[float, float, str]]:
        if self.waves:
            half_wave = self.rest / abs(2 * self.waves)
            yield max(self.num_warmup_steps - self.lead, self.num_warmup_steps - 1), half_wave, ""

    def notes(self) -> Iterator[Problem]:
        end = self.num_training_steps - self.lead
        if self.setting.length - 1 > end and self.waves:
            what = f"{self.name} turns again after step {end:g}: its cosine has no end"
            advice = f"Give num_training_steps: {self.setting.length}, the length of the run"
            yield Problem("past-the-end", what, help=advice)


@dataclass(frozen=True, kw_only=True)
class Waves(Turning):
    """A cosine of num_cycles waves."""

    num_cycles: float = number(0.5, doc="waves of the cosine; 0.5 only falls")

    @property
    def waves(self) -> float:
        return self.num_cycles


@dataclass(frozen=True, kw_only=True)
class Floored(Waves):
    """A cosine down to a smallest learning rate: min_lr, or a share of the optimizer's default."""

    min_lr: float | None = number(None, doc="the learning rate at the end", optional=True, example="0.01")
    min_lr_rate: float | None = number(None, doc="the same as a share of the base LR", optional=True)

    def check_values(self) -> None:
        given = [rate is not None for rate in (self.min_lr, self.min_lr_rate)]
        self.require(not all(given), "only one of min_lr and min_lr_rate may be given", "min_lr_rate")
        self.require(any(given), "min_lr or min_lr_rate must be given", "min_lr")

    def floor(self, base_lr: float) -> float:
        """The smallest learning rate as a share of the base LR."""
        if self.min_lr_rate is not None:
            return self.min_lr_rate
        assert self.min_lr is not None
        return self.min_lr / self.default_lr(base_lr)


@dataclass(frozen=True, kw_only=True)
class TransformersCosine(Waves):
    """Warm up linearly from 0 to the base LR, then follow num_cycles waves of a cosine; half a wave ends at 0.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = TransformersCosine(num_warmup_steps=2, num_training_steps=10)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10, 14)]
    [0.0, 0.05, 0.1, 0.05, 0.0, 0.04999999999999999]

    Source: transformers.get_cosine_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine"
    aliases = ("get_cosine_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup = self.wave(), self.num_warmup_steps
        return lambda t: max(0, wave(t - warmup))


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWithMinLR(Floored):
    """Warm up linearly from 0 (not from min_lr) to the base LR, then follow a cosine to min_lr.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)) * (1 - rate) + rate)
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    rate is min_lr_rate, or min_lr / the optimizer's default LR. Nothing stops the cosine: after num_training_steps it
    climbs again.

    >>> cosine = TransformersCosineWithMinLR(num_warmup_steps=2, num_training_steps=10, min_lr_rate=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 2, 6, 10)]
    [0.0, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: transformers.get_cosine_with_min_lr_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine_with_min_lr"
    aliases = ("get_cosine_with_min_lr_schedule_with_warmup",)

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup, low = self.wave(), self.num_warmup_steps, self.floor(base_lr)
        high = 1 - low
        return lambda t: max(0, wave(t - warmup) * high + low)


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWarmupWithMinLR(Floored):
    """Warm up linearly from above 0 to the base LR, then follow a cosine to min_lr; all of it one step earlier.

    lr(t) = base_lr * ((t + 1) / max(1, num_warmup_steps))    for t < num_warmup_steps; with a warmup_lr_rate
            base_lr * (warmup_lr_rate + (1 - warmup_lr_rate) * t / max(1, num_warmup_steps - 1))
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)) * (1 - rate) + rate)    from there on
                with progress = (t - num_warmup_steps + 1) / max(1, num_training_steps - num_warmup_steps)

    rate is min_lr_rate, or min_lr / the optimizer's default LR. The smallest learning rate is that of step
    num_training_steps - 1; after it the cosine climbs again.

    >>> cosine = TransformersCosineWarmupWithMinLR(num_warmup_steps=2, num_training_steps=10, min_lr_rate=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 5, 9)]
    [0.05, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: transformers.get_cosine_with_min_lr_schedule_with_warmup_lr_rate (run in 5.24.0).
    """

    name = "transformers.cosine_warmup_with_min_lr"
    aliases = ("get_cosine_with_min_lr_schedule_with_warmup_lr_rate",)
    lead = 1

    warmup_lr_rate: float | None = number(
        None, doc="the first learning rate as a share of the base LR; null is 1 / num_warmup_steps", optional=True
    )

    def check_run(self, setting: Setting) -> None:
        refuse_before(self.name, setting.release)

    def pieces(self, base_lr: float) -> Pieces:
        warmup, low, start = float(self.num_warmup_steps), self.floor(base_lr), self.warmup_lr_rate
        climb, climb_from, high, wave = max(1.0, warmup), max(1, warmup - 1), 1 - low, self.wave()
        gain = 0.0 if start is None else 1.0 - float(start)
        return (
            (warmup, lambda t: base_lr * ((t + 1.0) / climb if start is None else start + gain * t / climb_from)),
            (math.inf, lambda t: base_lr * max(0, wave(t - warmup + 1.0) * high + low)),
        )

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps - 1, "warmup ends"
        yield self.num_warmup_steps, ""
        yield self.num_training_steps - 1, "decay ends"


@dataclass(frozen=True, kw_only=True)
class TransformersCosineWithRestarts(Timed):
    """Warm up linearly from 0 to the base LR, then fall along num_cycles half cosines, each from the base LR to 0.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * ((num_cycles * progress) % 1))))    for progress < 1
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)
            0    from there on

    >>> restarts = TransformersCosineWithRestarts(num_warmup_steps=2, num_training_steps=10, num_cycles=2)
    >>> [restarts.lr_at(t, base_lr=0.1) for t in (0, 2, 4, 6, 8, 10)]
    [0.0, 0.1, 0.05, 0.1, 0.05, 0.0]

    Source: transformers.get_cosine_with_hard_restarts_schedule_with_warmup (run in 5.24.0).
    """

    name = "transformers.cosine_with_restarts"
    aliases = ("get_cosine_with_hard_restarts_schedule_with_warmup",)

    num_cycles: float = number(1, doc="half cosines until the end")

    def factor(self, base_lr: float) -> LrRule:
        warmup, rest = self.num_warmup_steps, float(self.rest)
        cycles, pi, cos = float(self.num_cycles), math.pi, math.cos

        def factor(t: int) -> float:
            progress = (t - warmup) / rest
            return 0.0 if progress >= 1.0 else max(0.0, 0.5 * (1.0 + cos(pi * ((cycles * progress) % 1.0))))

        return factor

    def turns(self, t: int) -> CurveMarks:
        if self.num_cycles:
            every = self.rest / abs(self.num_cycles)
            step = next_turn(t, self.num_warmup_steps + every, every)
            if step < self.num_warmup_steps + self.rest:
                yield step, "restart"
