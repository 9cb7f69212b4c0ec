"""Composer's schedulers that multiply by gamma, and its cosine that starts again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from lrcli.frameworks.base import raised
from lrcli.frameworks.composer._scheduler import ComposerScheduler, ComposerWarmed, Time, cosine_anneal
from lrcli.schedules import CurveMarks, Setting, data, dataclass, number, text


@dataclass(frozen=True, kw_only=True)
class ComposerExponentialScheduler(ComposerScheduler):
    """Multiply the learning rate by gamma over each decay_period, smoothly.

    lr(t) = base_lr * gamma**(t / decay_period)

    >>> [ComposerExponentialScheduler(gamma=0.25, decay_period="2ba").lr_at(t, base_lr=0.1) for t in (0, 1, 2)]
    [0.1, 0.05, 0.025]

    Source: composer.optim.ExponentialScheduler (run in 0.32.1).
    """

    name = "composer.ExponentialScheduler"

    gamma: float = number(doc="factor of each period", above=0, example="0.5")
    decay_period: str = text("1ep", doc="the period, as a time string", example="1000ba")

    def factors(self, rows: Sequence[int]) -> list[float]:
        gamma = self.gamma
        return [gamma**share for share in self.shares(rows, "decay_period")]


@dataclass(frozen=True, kw_only=True)
class ComposerStepScheduler(ComposerScheduler):
    """Multiply the learning rate by gamma each step_size.

    lr(t) = base_lr * gamma**int(t / step_size)

    >>> [ComposerStepScheduler(step_size="2ba", gamma=0.5).lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.1, 0.1, 0.05, 0.025]

    Source: composer.optim.StepScheduler (run in 0.32.1).
    """

    name = "composer.StepScheduler"

    step_size: str = text(doc="time between two steps, as a time string", example="2000ba")
    gamma: float = number(0.1, doc="factor of each step")

    def factors(self, rows: Sequence[int]) -> list[float]:
        gamma = self.gamma
        return [gamma ** int(share) for share in self.shares(rows, "step_size")]

    def turns(self, t: int) -> CurveMarks:
        size = self.time("step_size")
        if self.gamma == 1 or size.value < 0:
            return
        steps = int(self.shares((t - 1,), "step_size")[0]) + 1
        while (row := self.clock.row_of(size._replace(value=steps * size.value))) < t:
            steps += 1
        yield row, f"step x{self.gamma:g}"


@dataclass(frozen=True, kw_only=True)
class ComposerMilestones(ComposerScheduler):
    """A scheduler that multiplies by gamma at milestones."""

    milestones: Any = data(
        doc="the milestones",
        takes="a list of time strings",
        test=lambda value: isinstance(value, tuple),
        example="[2000ba, 0.8dur]",
        tried=lambda curve: [tuple(f"{t}{curve.unit}" for t in curve.jumps)] if curve.jumps else [],
    )
    gamma: float = number(0.1, doc="factor of each milestone")

    def rows(self) -> list[int]:
        """The rows of the milestones, in order."""
        clock = self.clock
        return sorted(clock.row_of(clock.convert(milestone, "milestones")) for milestone in self.milestones)

    def product(self, rows: Sequence[int]) -> list[float]:
        """The products of the factors at these rows."""
        milestones, products = self.rows(), [1.0]
        for _ in milestones:
            products.append(products[-1] * self.gamma)
        return [products[bisect_right(milestones, t)] for t in rows]

    def marks(self) -> CurveMarks:
        rows = self.rows()
        for row in dict.fromkeys(rows):
            yield row, f"milestone x{self.gamma ** rows.count(row):g}"


@dataclass(frozen=True, kw_only=True)
class ComposerMultiStepScheduler(ComposerMilestones):
    """Multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * gamma * gamma * ...    a factor for each milestone <= t

    >>> steps = ComposerMultiStepScheduler(milestones=("2ba", "4ba"), gamma=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 2, 3, 4)]
    [0.1, 0.05, 0.05, 0.025]

    Source: composer.optim.MultiStepScheduler (run in 0.32.1).
    """

    name = "composer.MultiStepScheduler"

    def factors(self, rows: Sequence[int]) -> list[float]:
        return self.product(rows)


@dataclass(frozen=True, kw_only=True)
class ComposerMultiStepWithWarmupScheduler(ComposerWarmed, ComposerMilestones):
    """Warm up linearly from 0, and multiply the learning rate by gamma at each milestone.

    lr(t) = base_lr * min(1, t / t_warmup)       for t < t_warmup
            base_lr * gamma * gamma * ...        a factor for each milestone <= t, those in the warmup included

    >>> steps = ComposerMultiStepWithWarmupScheduler(t_warmup="2ba", milestones=("4ba",), gamma=0.5)
    >>> [steps.lr_at(t, base_lr=0.1) for t in (0, 1, 2, 4)]
    [0.0, 0.05, 0.1, 0.05]

    Source: composer.optim.MultiStepWithWarmupScheduler (run in 0.32.1).
    """

    name = "composer.MultiStepWithWarmupScheduler"

    def body(self, rows: Sequence[int]) -> list[float]:
        return self.product(rows)

    def marks(self) -> CurveMarks:
        until = self.row("t_warmup", scaled=False)
        yield from ComposerWarmed.marks(self)
        for row, event in ComposerMilestones.marks(self):
            yield row, event if row >= until else ""


class _Intervals:
    """The intervals between restarts, computed as they are asked for: the ends in `_ends`, the lengths beside them."""

    def __init__(self, first: int, factor: float) -> None:
        self._ends, self._lengths, self._factor = [first], [first], factor

    def at(self, t: int) -> tuple[int, int]:
        """(the start, the length) of the interval of t. Raises ValueError where they have come down to 0."""
        ends, lengths = self._ends, self._lengths
        while ends[-1] <= t:
            if lengths[-1] == 0:
                raise raised("composer", "ValueError", "the interval between restarts has come down to 0")
            following = int(self._factor * lengths[-1])
            if following == lengths[-1]:  # it stays as long for ever
                return ends[-1] + (t - ends[-1]) // following * following, following
            lengths.append(following)
            ends.append(ends[-1] + following)
        i = bisect_right(ends, t)
        return ends[i] - lengths[i], lengths[i]


@dataclass(frozen=True, kw_only=True)
class ComposerCosineAnnealingWarmRestartsScheduler(ComposerScheduler):
    """Follow half a cosine down to alpha_f of the learning rate, start again, and so on.

    lr(t) = base_lr * (alpha_f + (1 - alpha_f) * (1 + cos(pi * (t - start) / length)) / 2)

    start and length are those of the interval that t is in: the first is t_0 long, each other int(t_mult * the one
    before). Where that comes down to 0 there is no value.

    >>> cosine = ComposerCosineAnnealingWarmRestartsScheduler(t_0="2ba", t_mult=2)
    >>> [round(cosine.lr_at(t, base_lr=0.1), 4) for t in range(7)]
    [0.1, 0.05, 0.1, 0.0854, 0.05, 0.0146, 0.1]

    Source: composer.optim.CosineAnnealingWarmRestartsScheduler (run in 0.32.1).
    """

    name = "composer.CosineAnnealingWarmRestartsScheduler"

    t_0: str = text(doc="length of the first interval, as a time string", example="1000ba")
    t_mult: float = number(1.0, doc="factor from one interval's length to the next", at_least=0)
    alpha_f: float = number(0.0, doc="the last factor of each interval")

    def check_run(self, setting: Setting) -> None:
        self.require(self.time("t_0").value > 0, "t_0 must be longer than 0", "t_0")
        super().check_run(setting)

    @cached_property
    def _intervals(self) -> _Intervals:
        return _Intervals(int(self.time("t_0").value), self.t_mult)

    def factors(self, rows: Sequence[int]) -> list[float]:
        at, shares, start, length = self._intervals.at, [], 0, 0
        for t in self.clock.times(rows, self.time("t_0").unit):
            if t >= start + length:
                start, length = at(t)
            shares.append((t - start) / length)
        return cosine_anneal(shares, self.alpha_f)

    def turns(self, t: int) -> CurveMarks:
        unit = self.time("t_0").unit
        try:
            start, length = self._intervals.at(self.clock.times((t - 1,), unit)[0])
        except ValueError:
            return
        yield max(t, self.clock.row_of(Time(start + length, unit))), "restart"
