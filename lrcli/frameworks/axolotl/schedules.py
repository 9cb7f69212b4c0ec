"""Axolotl's own schedules."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks.schedule import Listed, Pieced, Pieces
from lrcli.frameworks.transformers.cosine import TransformersCosine, Turning, Waves
from lrcli.schedules import CurveMarks, LrRule, Schedule, dataclass, length, number, schedule


@dataclass(frozen=True, kw_only=True)
class AxolotlCosineMinLrRatio(Turning):
    """Warm up linearly from 0 to the base LR, then follow half a cosine down to min_lr_ratio of it.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * ((1 - min_lr_ratio) * 0.5 * (1 + cos(pi * progress)) + min_lr_ratio)
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    Nothing stops the cosine: after num_training_steps it climbs again.

    >>> cosine = AxolotlCosineMinLrRatio(num_warmup_steps=2, num_training_steps=10, min_lr_ratio=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.05, 0.1, 0.05500000000000001, 0.010000000000000002]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_min_lr (run in 0.19.0).
    """

    name = "axolotl.cosine_min_lr_ratio"
    aliases = ("get_cosine_schedule_with_min_lr",)

    min_lr_ratio: float = number(0.0, doc="the share of the base LR at the end")

    def factor(self, base_lr: float) -> LrRule:
        wave, warmup, low = self.wave(), self.num_warmup_steps, self.min_lr_ratio
        return lambda t: (1 - low) * wave(t - warmup) + low


@dataclass(frozen=True, kw_only=True)
class AxolotlCosineConstantLrRatio(Waves):
    """Warm up linearly from 0, follow a cosine to min_lr_ratio of the base LR until `end`, and stay there.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))    for t < num_warmup_steps
            base_lr * (max(0, (1 - min_lr_ratio) * 0.5 * (1 + cos(pi * num_cycles * 2 * progress))) + min_lr_ratio)
                with progress = (min(t, end) - num_warmup_steps) / max(1, end - num_warmup_steps)
                and end = int(num_training_steps * constant_lr_ratio)

    >>> cosine = AxolotlCosineConstantLrRatio(
    ...     num_warmup_steps=2, num_training_steps=10, constant_lr_ratio=0.6, min_lr_ratio=0.1)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4, 6, 9)]
    [0.0, 0.05, 0.1, 0.05500000000000001, 0.010000000000000002, 0.010000000000000002]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_warmup_decay_constant (run in 0.19.0).
    """

    name = "axolotl.cosine_constant_lr_ratio"
    aliases = ("get_cosine_schedule_with_warmup_decay_constant",)

    constant_lr_ratio: float = number(doc="the share of the run after which the rate is constant", example="0.8")
    min_lr_ratio: float = number(doc="the share of the base LR that it comes down to", example="0.1")

    @property
    def end(self) -> int:
        """The step from which on the rate is constant."""
        return int(self.num_training_steps * self.constant_lr_ratio)

    def factor(self, base_lr: float) -> LrRule:
        warmup, end, low, cos = self.num_warmup_steps, self.end, self.min_lr_ratio, math.cos
        angle, rest = math.pi * float(self.num_cycles) * 2.0, float(self.rest)

        def factor(t: int) -> float:
            progress = (min(t, end) - warmup) / rest
            return max(0, (1 - low) * 0.5 * (1.0 + cos(angle * progress))) + low

        return factor

    def turns(self, t: int) -> CurveMarks:
        return super().turns(t) if t < self.end else iter(())

    def notes(self) -> Iterator[Problem]:
        return iter(())  # its cosine has an end


@dataclass(frozen=True, kw_only=True)
class AxolotlLrQuadraticWarmup(TransformersCosine):
    """Warm up from 0 to the base LR as the square of the step, then follow num_cycles waves of a cosine.

    lr(t) = base_lr * (t / max(1, num_warmup_steps))**2    for t < num_warmup_steps
            base_lr * max(0, 0.5 * (1 + cos(pi * num_cycles * 2 * progress)))
                with progress = (t - num_warmup_steps) / max(1, num_training_steps - num_warmup_steps)

    >>> cosine = AxolotlLrQuadraticWarmup(num_warmup_steps=2, num_training_steps=10)
    >>> [cosine.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 6, 10)]
    [0.0, 0.025, 0.1, 0.05, 0.0]

    Source: axolotl.utils.schedulers.get_cosine_schedule_with_quadratic_warmup (run in 0.19.0).
    """

    name = "axolotl.lr_quadratic_warmup"
    aliases = ("get_cosine_schedule_with_quadratic_warmup",)

    def pieces(self, base_lr: float) -> Pieces:
        _, after = super().pieces(base_lr)
        climb = float(max(1, self.num_warmup_steps))
        return (self.num_warmup_steps, lambda t: base_lr * (t / climb) ** 2), after


@dataclass(frozen=True, kw_only=True)
class AxolotlRexLR(Pieced):
    """Warm up linearly, then follow the reflected exponential down to min_lr, one step ahead of the update.

    lr(t) = base_lr * s / num_warmup_steps              for s <= num_warmup_steps
            base_lr * (r + (1 - r) * z / (0.1 + 0.9 * z))
            min_lr                                      from s = total_steps on

    with s = t + 1 (the constructor makes a step), r = min_lr / max_lr and
    z = (total_steps - s) / (total_steps - num_warmup_steps).

    >>> rex = AxolotlRexLR(max_lr=0.1, total_steps=10, num_warmup_steps=2)
    >>> [rex.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 5, 9)]
    [0.05, 0.1, 0.09859154929577466, 0.09090909090909091, 0.0]

    Source: axolotl.utils.schedulers.RexLR (run in 0.19.0).
    """

    name = "axolotl.RexLR"
    own_rate = "max_lr"

    max_lr: float | None = number(None, doc="the peak; left out: lr", optional=True)
    min_lr: float = number(0.0, doc="the learning rate at the end")
    total_steps: float = length(doc="steps of the run, the warmup included", any_number=True, fills="run")
    num_warmup_steps: float = length(0, doc="steps of the warmup", any_number=True)

    def check_values(self) -> None:
        self.require(self.min_lr <= self.rate(math.inf), "min_lr should be less than max_lr", "min_lr")
        reason = "num_warmup_steps must be less than or equal to total_steps"
        self.require(self.num_warmup_steps <= self.total_steps, reason, "num_warmup_steps")

    def pieces(self, base_lr: float) -> Pieces:
        warmup, least = self.num_warmup_steps, self.min_lr
        rest, ratio = self.total_steps - warmup, least / self.rate(base_lr)

        def fall(t: int) -> float:
            z = (rest - (t + 1 - warmup)) / rest
            return base_lr * (ratio + (1.0 - ratio) * (z / (0.1 + 0.9 * z)))

        return (
            (math.floor(warmup), lambda t: base_lr * (t + 1) / warmup),
            (self.total_steps - 1, fall),
            (math.inf, lambda t: least),
        )

    def marks(self) -> CurveMarks:
        yield self.num_warmup_steps - 1, "warmup ends"
        yield self.total_steps - 1, "decay ends"


@dataclass(frozen=True, kw_only=True)
class AxolotlJaggedLRRestartScheduler(Listed):
    """Scale another schedule down before every restart and warm it up after it, one step ahead of the update.

    lr(t) = inner_schedule(t + 1) * scale(s)

    with s = t + 1 (s = t + 2 over RexLR), as both constructors make a step, and
    scale(s) = 1                                        for s < jagged_restart_steps - jagged_restart_anneal_steps
               cycle * (1 - min_lr_scale) + min_lr_scale    from there on, with p = s % jagged_restart_steps and
    cycle = p / jagged_restart_warmup_steps             for p < jagged_restart_warmup_steps
            (jagged_restart_steps - p) / jagged_restart_anneal_steps, at most 1, for p in the last anneal steps, else 1

    >>> from lrcli.schedules.constant import Constant
    >>> jagged = AxolotlJaggedLRRestartScheduler(
    ...     inner_schedule=Constant(), jagged_restart_steps=6, jagged_restart_warmup_steps=2, min_lr_scale=0.0)
    >>> [jagged.lr_at(t, base_lr=0.1) for t in range(12)]
    [0.1, 0.1, 0.1, 0.1, 0.1, 0.0, 0.05, 0.1, 0.1, 0.1, 0.1, 0.0]

    Source: axolotl.utils.schedulers.JaggedLRRestartScheduler (run in 0.19.0).
    """

    name = "axolotl.JaggedLRRestartScheduler"
    counts = "step"

    inner_schedule: Schedule = schedule(
        doc="the schedule that is restarted", example="{type: transformers.cosine, num_warmup_steps: 100}"
    )
    jagged_restart_steps: float = length(doc="steps from one restart to the next", example="1000")
    jagged_restart_warmup_steps: float = length(doc="steps of the warmup after one", any_number=True, example="50")
    jagged_restart_anneal_steps: float = length(1, doc="steps before a restart in which the rate comes down")
    min_lr_scale: float = number(0.001, doc="the share of the rate at a restart")

    def check_values(self) -> None:
        inner = self.inner_schedule
        if not inner.stands_alone() or inner.name == "one_cycle":  # one_cycle has no formula one step past its end
            rule = "must be a function of the step alone that goes on past the end of the run"
            raise InvalidValue("inner_schedule", rule, inner.name)

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        every, least, ahead = self.jagged_restart_steps, self.min_lr_scale, self._ahead
        warmup, anneal = self.jagged_restart_warmup_steps, self.jagged_restart_anneal_steps
        rates = self.inner_schedule.lrs_at(base_lr, [t + 1 for t in steps])

        def scaled(t: int, lr: float) -> float:
            step = t + ahead
            scale: float = 1
            if step >= every - anneal:
                progress = step % every
                cycle: float = 1
                if progress < warmup:
                    cycle = min(1.0, progress / warmup)
                elif progress > every - anneal:
                    cycle = min(1.0, (every - progress) / anneal)
                scale = cycle * (1 - least) + least
            return lr * scale

        return list(map(scaled, steps, rates))

    @property
    def _ahead(self) -> int:
        return 2 if isinstance(self.inner_schedule, AxolotlRexLR) else 1

    def turns(self, t: int) -> CurveMarks:
        every, warmup = int(self.jagged_restart_steps), int(self.jagged_restart_warmup_steps)
        begin = (t + self._ahead) // every * every
        for start in (begin, begin + every):
            end = start + every - int(self.jagged_restart_anneal_steps)
            for bend in (start, start + warmup, end, end + 1):
                at = bend - self._ahead
                yield from ((at - 1, ""), (at, ""), (at + 1, ""))
        inner = self.inner_schedule.next_break(t + 1)
        if inner is not None:
            yield inner - 1, ""

    def event_at(self, t: int) -> str:
        at = t + self._ahead
        return "restart" if t > 0 and at >= self.jagged_restart_steps and at % self.jagged_restart_steps == 0 else ""
