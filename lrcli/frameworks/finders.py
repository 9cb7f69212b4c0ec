"""What the learning-rate finders of frameworks suggest from the points of a range test, and the slopes that they take.

A framework that has a finder has a module `finder` in its folder, with FINDER, and the rules of the release it names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from lrcli.frameworks.base import framework_modules

RoundTo = Callable[[float], float]
"""Rounds the result of one operation: `f32`, or `float` for double precision."""


def divide(a: float, b: float) -> float:
    """a / b, by IEEE 754 also where b is 0.

    >>> divide(1.0, -0.0), divide(0.0, 0.0)
    (-inf, nan)
    """
    try:
        return a / b
    except ZeroDivisionError:
        return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def argmin(values: Sequence[float]) -> int:
    """The index of the first smallest value. As in numpy and torch a NaN is smaller than anything.

    >>> argmin([2.0, 1.0, 1.0]), argmin([2.0, float("nan"), -1.0])
    (1, 1)
    """
    nan = next((i for i, value in enumerate(values) if math.isnan(value)), None)
    return min(range(len(values)), key=values.__getitem__) if nan is None else nan


def gradient(values: Sequence[float], to: RoundTo = float) -> list[float]:
    """numpy.gradient with unit spacing: half the difference of a point's neighbours, at either end that of two points.

    Takes two values at least.

    >>> gradient([3.0, 2.0, 0.0])
    [-1.0, -1.5, -2.0]
    """
    inner = [to(to(after - before) / 2.0) for before, after in zip(values, values[2:], strict=False)]
    return [to(values[1] - values[0]), *inner, to(values[-1] - values[-2])]


def smoothed(losses: Sequence[float], beta: float, lead: int = 0) -> list[float]:
    """The exponential moving average, divided by 1 - beta**count, so that it does not begin at 0.

    lead: by how many the count is too large (Lightning's is 1).

    >>> smoothed([2.0, 2.0], 0.5), smoothed([2.0, 2.0], 0.5, lead=1)
    ([2.0, 2.0], [1.3333333333333333, 1.7142857142857142])
    """
    average, result = 0.0, []
    for count, loss in enumerate(losses, 1 + lead):
        average = beta * average + (1 - beta) * loss
        result.append(average / (1 - beta**count))
    return result


def blended(losses: Sequence[float], weight: float) -> list[float]:
    """Blend each loss into the blend before it: weight * loss + (1 - weight) * previous; the first stays as it is.

    >>> blended([1.0, 2.0], 0.5)
    [1.0, 1.5]
    """
    result: list[float] = []
    for loss in losses:
        result.append(weight * loss + (1 - weight) * result[-1] if result else loss)
    return result


def remark_on(slopes: Sequence[float], at: int) -> str:
    """Say what speaks against the point at which the slope is smallest; "" if nothing does."""
    slope = slopes[at]
    if not math.isfinite(slope):
        return "beside NaN or inf"
    if slope >= 0:
        return "the loss falls nowhere"
    if at == 0:
        return "its first point"
    return "its last point" if at == len(slopes) - 1 else ""


def window(count: int, skip_start: int, skip_end: int) -> range:
    """Return the indices of `count` points that are left without those at either end.

    >>> window(100, 10, 5), window(8, 10, 5)
    (range(10, 95), range(8, 8))
    """
    start = min(skip_start, count)
    return range(start, max(start, count - skip_end))


Choice: TypeAlias = "tuple[str, float | None, str]"
"""A rule's name, the learning rate as the tool returns it (None: it returns none), and what speaks against it."""


class Suggestion(NamedTuple):
    """A learning rate that one rule of one tool suggests.

    lr: the learning rate as the tool returns it; None if it returns none. remark: why there is none, or what speaks
    against the number; "" for nothing.
    """

    tool: str
    version: str
    rule: str
    lr: float | None
    remark: str = ""

    @property
    def name(self) -> str:
        """The rule with the release whose rule it is."""
        return f"{self.tool} {self.version} {self.rule}"


class Finder(NamedTuple):
    """A tool that suggests learning rates; `order` says where it stands among the others.

    skip_start, skip_end: how many points it leaves out at either end (a text: which share of them). at_nan: what it
    does with a loss that is NaN. smooth: what its loop would have recorded of these losses. choose: what its rules
    return for learning rates and losses, without so many points at either end.
    """

    name: str
    version: str
    order: int
    skip_start: int | str
    skip_end: int
    at_nan: str
    smooth: Callable[[Sequence[float]], list[float]]
    choose: Callable[[Sequence[float], Sequence[float], int, int], tuple[Choice, ...]]

    def suggest(
        self,
        lrs: Sequence[float],
        losses: Sequence[float],
        skip_start: int | None = None,
        skip_end: int | None = None,
    ) -> tuple[Suggestion, ...]:
        """The suggestions; None for a skip is the tool's own."""
        start = skip_start
        if start is None:
            start = len(lrs) // 10 if isinstance(self.skip_start, str) else self.skip_start
        choices = self.choose(lrs, losses, start, self.skip_end if skip_end is None else skip_end)
        return tuple(Suggestion(self.name, self.version, *choice) for choice in choices)


def finders() -> tuple[Finder, ...]:
    """The finders of all frameworks, in their order."""
    return tuple(sorted((module.FINDER for module in framework_modules("finder")), key=lambda finder: finder.order))


def by_finder(what: Callable[[Finder], object]) -> str:
    """Say what each finder does; those that do the same are named together.

    >>> by_finder(lambda finder: finder.skip_end)
    'fastai and torch-lr-finder 5, lightning 1, ignite 0'
    """
    names: dict[object, list[str]] = {}
    for finder in finders():
        names.setdefault(what(finder), []).append(finder.name)
    return ", ".join(f"{' and '.join(who)} {value}" for value, who in names.items())
