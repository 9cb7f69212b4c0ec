"""What the warmups have in common: the learning rate of a wrapped scheduler, times a factor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lrcli.errors import InvalidValue, NoValue, Refused
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.frameworks.walk import Walked
from lrcli.schedules import CurveMarks, LrRule, Schedule, Setting, are_numbers, count, data, dataclass, length, schedule
from lrcli.schedules.params import Demand

STRETCH = 8192
"""How many rows of the wrapped scheduler are computed at a time."""


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
    last_step: float = count(-1, doc="-1: the run begins here", at_least=-1)

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
        metric = getattr(inner, "metric", None)
        rows, end = [lr], ""
        while True:
            try:
                if metric:
                    machine.run_metrics(lr, metric, rows)
                    end = "the metric has no more values"
                else:
                    machine.run(lr, STRETCH - len(rows), rows)
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
