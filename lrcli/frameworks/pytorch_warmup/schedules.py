"""pytorch_warmup's warmups, over any schedule of PyTorch."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from lrcli.errors import InvalidValue, NoValue, Refused
from lrcli.frameworks.schedule import STRETCH, FrameworkSchedule, Walked
from lrcli.schedules import (
    CurveMarks,
    LrRule,
    Schedule,
    Setting,
    are_numbers,
    count,
    data,
    dataclass,
    length,
    schedule,
    untried,
)
from lrcli.schedules.params import Demand

_WHOLE = (
    Demand("TypeError", "must be an int", lambda value: isinstance(value, int)),
    Demand("ValueError", "must be a positive integer", lambda value: value > 0),
)


@dataclass(frozen=True, kw_only=True)
class Dampened(FrameworkSchedule, Walked):
    """A warmup over a scheduler of PyTorch's newest release, or over the learning rate itself."""

    lr_scheduler: Schedule | None = schedule(
        None, doc="the scheduler that is stepped in dampening(); without one the learning rate stays", optional=True
    )
    last_step: float = count(-1, doc="-1: the run begins here", at_least=-1, tried=untried)

    def check_run(self, setting: Setting) -> None:
        if self.lr_scheduler is not None and setting.lr is not None:
            try:
                next(self._inner(setting.lr))
            except Refused as refused:
                raise InvalidValue("lr_scheduler", f"is refused: {refused}", None) from refused

    def warmup_factor(self) -> LrRule:
        """The factor of each step."""
        raise NotImplementedError

    def warmup_end(self) -> int | None:
        """The first step whose factor is 1; None where there is none."""
        return None

    def stands_alone(self) -> bool:
        return self.lr_scheduler is None

    def walk(self, base_lr: float) -> Iterator[float]:
        factor, ahead = self.warmup_factor(), int(self.last_step) + 1
        rows = self._inner(base_lr)
        for start in range(0, 1 << 62, STRETCH):
            for t, lr in enumerate(next(rows), start + ahead):
                yield lr * factor(t)

    def _inner(self, base_lr: float) -> Iterator[list[float]]:
        """The learning rates of the wrapped scheduler, stretch by stretch."""
        inner = self.lr_scheduler
        assert inner is not None
        if "." in inner.name:
            for start in range(0, 1 << 62, STRETCH):
                yield inner.lrs(base_lr, start, start + STRETCH)
        from lrcli.frameworks.torch import replay
        from lrcli.frameworks.torch.machine import ParamGroup
        from lrcli.frameworks.torch.releases import NEWEST, parse

        machine = replay(inner, parse(NEWEST))
        lr = machine.construct(ParamGroup(base_lr))
        metric = getattr(inner, "metric", ())
        rows, end = [lr], ""
        while True:
            try:
                machine.run(lr, len(metric) or STRETCH - len(rows), rows, metric)
                end = "the metric has no more values" if metric else ""
            except (Refused, ArithmeticError, ValueError) as error:
                end = str(error)
            yield rows
            if end:
                raise NoValue(end)
            lr, rows = rows[-1], []

    def lrs(self, base_lr: float, start: int, stop: int) -> list[float]:
        if self.lr_scheduler is not None:
            return super().lrs(base_lr, start, stop)
        factor, ahead = self.warmup_factor(), int(self.last_step) + 1
        return [base_lr * factor(t) for t in range(start + ahead, stop + ahead)]

    def marks(self) -> CurveMarks:
        end = self.warmup_end()
        return iter(() if end is None else ((end, "warmup ends"),))

    def turns(self, t: int) -> CurveMarks:
        inner = self.lr_scheduler
        if inner is not None and (at := inner.next_break(t)) is not None:
            yield at, ""

    def event_at(self, t: int) -> str:
        inner = "" if self.lr_scheduler is None else self.lr_scheduler.event_at(t)
        return "; ".join(filter(None, (super().event_at(t), inner)))


@dataclass(frozen=True, kw_only=True)
class DampenedOver(Dampened):
    """A warmup over a period."""

    value_raises = "ValueError"

    warmup_period: float = length(
        doc="length of the warmup", any_number=True, per_group=True, example="500", demands=_WHOLE
    )


@dataclass(frozen=True, kw_only=True)
class DampenedBy(Dampened):
    """A warmup that follows from the second beta of Adam."""

    betas: Any = data(
        (0.9, 0.999),
        doc="the betas of the optimizer, which must be an Adam",
        takes="a list of two numbers from 0 to below 1",
        test=lambda betas: are_numbers(betas) and len(betas) == 2 and all(0 <= beta < 1 for beta in betas),
    )

    @property
    def beta2(self) -> float:
        """The second beta."""
        return float(self.betas[1])


def linear(period: int) -> LrRule:
    """A line to 1 over the period, whose first step is above 0."""
    return lambda t: (t + 1) / period if t + 1 < period else 1.0


def exponential(period: int) -> LrRule:
    """An exponential that climbs towards 1 and never gets there; its first step is above 0."""
    exp = math.exp
    return lambda t: 1.0 - exp(-(t + 1) / period)


@dataclass(frozen=True, kw_only=True)
class ExponentialWarmup(DampenedOver):
    """Multiply the learning rate of a scheduler by 1 - exp(-(t + 1) / warmup_period), which is never 1.

    lr(t) = lr_scheduler(t) * (1 - exp(-(t + 1) / warmup_period))

    >>> [round(ExponentialWarmup(warmup_period=4).lr_at(t, base_lr=0.1), 4) for t in (0, 3, 39)]
    [0.0221, 0.0632, 0.1]

    Source: pytorch_warmup.ExponentialWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.ExponentialWarmup"

    def warmup_factor(self) -> LrRule:
        return exponential(int(self.warmup_period))


@dataclass(frozen=True, kw_only=True)
class LinearWarmup(DampenedOver):
    """Multiply the learning rate of a scheduler by min(1, (t + 1) / warmup_period).

    lr(t) = lr_scheduler(t) * min(1, (t + 1) / warmup_period)

    The scheduler runs during the warmup, so that its peak is never reached.

    >>> [LinearWarmup(warmup_period=4).lr_at(t, base_lr=0.1) for t in (0, 1, 3, 4)]
    [0.025, 0.05, 0.1, 0.1]

    Source: pytorch_warmup.LinearWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.LinearWarmup"

    def warmup_factor(self) -> LrRule:
        return linear(int(self.warmup_period))

    def warmup_end(self) -> int:
        return int(self.warmup_period - self.last_step) - 2


@dataclass(frozen=True, kw_only=True)
class RAdamWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by RAdam's rectification.

    lr(t) = lr_scheduler(t) * sqrt((r - 4) * (r - 2) * r_inf / ((r_inf - 4) * (r_inf - 2) * r))
        with r_inf = 2 / (1 - beta2) - 1, s = t + offset, r = r_inf - 2 * s * beta2**s / (1 - beta2**s)

    offset is the first s, from 1 on, at which r is above 4.

    >>> [round(RAdamWarmup().lr_at(t, base_lr=0.1), 5) for t in (0, 1, 1000)]
    [0.00173, 0.00258, 0.06466]

    Source: pytorch_warmup.RAdamWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.RAdamWarmup"

    def check_values(self) -> None:
        self.require(self.beta2 > 0.6, "the second beta must be greater than 0.6", "betas")

    def warmup_factor(self) -> LrRule:
        beta2, sqrt = self.beta2, math.sqrt
        limit = 2.0 / (1 - beta2) - 1

        def rho(t: int) -> float:
            power: float = beta2**t
            return limit - 2 * t * power / (1 - power)

        offset = 1
        while not rho(offset) > 4:
            offset += 1
        below = (limit - 4) * (limit - 2)

        def factor(t: int) -> float:
            r = rho(t + offset)
            return sqrt((r - 4) * (r - 2) * limit / (below * r))

        return factor


@dataclass(frozen=True, kw_only=True)
class UntunedExponentialWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by 1 - exp(-(t + 1) / period), with a period from the second beta.

    lr(t) = lr_scheduler(t) * (1 - exp(-(t + 1) / period))    with period = int(1 / (1 - beta2))

    A beta of 0.999 gives 999 and not 1000.

    >>> [round(UntunedExponentialWarmup(betas=(0.9, 0.75)).lr_at(t, base_lr=0.1), 4) for t in (0, 3, 39)]
    [0.0221, 0.0632, 0.1]

    Source: pytorch_warmup.UntunedExponentialWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.UntunedExponentialWarmup"

    def warmup_factor(self) -> LrRule:
        return exponential(int(1.0 / (1.0 - self.beta2)))


@dataclass(frozen=True, kw_only=True)
class UntunedLinearWarmup(DampenedBy):
    """Multiply the learning rate of a scheduler by min(1, (t + 1) / period), with a period from the second beta.

    lr(t) = lr_scheduler(t) * min(1, (t + 1) / period)    with period = int(2 / (1 - beta2))

    A beta of 0.999 gives 1999 and not 2000: the quotient falls just short of it.

    >>> [UntunedLinearWarmup(betas=(0.9, 0.5)).lr_at(t, base_lr=0.1) for t in (0, 1, 3, 4)]
    [0.025, 0.05, 0.1, 0.1]

    Source: pytorch_warmup.UntunedLinearWarmup (run in 0.2.0).
    """

    name = "pytorch_warmup.UntunedLinearWarmup"

    def warmup_factor(self) -> LrRule:
        return linear(int(2.0 / (1.0 - self.beta2)))

    def warmup_end(self) -> int:
        return int(int(2.0 / (1.0 - self.beta2)) - self.last_step) - 2
