"""What schedules that remember their last steps compute, as functions that can be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import count
from typing import Any

from lrcli.expression import Expression
from lrcli.frameworks.schedule import Walked
from lrcli.schedules.base import Schedule
from lrcli.schedules.lambda_ import Multiplicative
from lrcli.schedules.plateau import Plateau
from lrcli.schedules.sequential import Sequential

REMEMBERED = """
rates = []
steps = walk()
def lr_at(t):
    while len(rates) <= t:
        rates.append(next(steps))
    return rates[t]
"""
"""The rate of a step of a generator."""
LIVE = """
def lr_at(t):
    return next(itertools.islice(walk(), t, None))
"""
"""The same where the generator follows a metric that grows."""


def rows_of(schedule: Schedule) -> Any:
    """The generator function of a schedule that can only be walked, None for another."""
    if isinstance(schedule, Multiplicative):
        return partial(_products, schedule)
    return schedule.walk if isinstance(schedule, Walked) and type(schedule).lrs is Walked.lrs else None


def substitute_for(schedule: Schedule, values: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]] | None:
    """A function that computes what `lr_at` does, and its known arguments; None where `lr_at` itself is printed."""
    if function := _SUBSTITUTES.get(type(schedule)):
        return function, {"schedule": schedule, **values}
    has_rule = type(schedule).lr_at is Schedule.lr_at and "base_lr" in values
    return (schedule.rule(values["base_lr"]), {}) if has_rule else None


def _phase_at(schedule: Sequential, t: int, base_lr: float) -> float:
    for part, begin, end in _phases(schedule):
        if end is None or t < end:
            return part.lr_at(t - begin, base_lr)
    raise AssertionError("the last phase has no end")


def _phases(schedule: Sequential) -> Iterator[tuple[Schedule, int, int | None]]:
    """The phases of a sequence, each with its first step and the first that is not its own; None for no end."""
    begins = [0, *map(int, schedule.milestones)]
    yield from zip(schedule.schedules, begins, [*begins[1:], None], strict=True)


def _plateau_at(schedule: Plateau, t: int, base_lr: float) -> float:
    rates = [base_lr]
    schedule.follow(schedule.start(base_lr), schedule.metric, rates)
    return rates[t]


def _product_at(schedule: Multiplicative, t: int, base_lr: float) -> float:
    value = 1.0
    for i in range(1, t + 1):
        value *= schedule.lr_lambda(i)
    return base_lr * value


def _products(schedule: Multiplicative, base_lr: float) -> Iterator[float]:
    value = 1.0
    for t in count(1):
        yield base_lr * value
        value *= schedule.lr_lambda(t)


_SUBSTITUTES: dict[type[Schedule], Any] = {
    Sequential: _phase_at,
    Plateau: _plateau_at,
    Multiplicative: _product_at,
}


def values_of(expression: Expression, epochs: Iterable[float]) -> list[float]:
    """What `expression.values` computes."""
    return [expression(epoch) for epoch in epochs]


def momentum_at(schedule: Schedule, t: int) -> float | None:
    if isinstance(schedule, Sequential):
        for part, begin, end in _phases(schedule):
            if end is None or t < end:
                return momentum_at(part, t - begin) if part.moves_momentum else schedule.momentum_left(begin)
    return schedule.momenta(t, t + 1)[0]
