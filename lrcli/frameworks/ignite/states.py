"""Lines between milestones, of the learning rate or of the engine's state, and what else ignite makes of that state."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from lrcli.errors import Problem
from lrcli.expression import Expression
from lrcli.frameworks.ignite._scheduler import IgniteOfGroup, refuses
from lrcli.frameworks.schedule import FrameworkSchedule
from lrcli.schedules import (
    CurveMarks,
    LrRule,
    Schedule,
    data,
    dataclass,
    expression,
    flag,
    length,
    number,
    positions,
    text,
    untried,
)
from lrcli.schedules.turns import next_multiple


@dataclass(frozen=True, kw_only=True)
class Milestones(Schedule):
    """The milestones that a value goes between."""

    milestones_values: Any = data(
        doc="the milestones with their values",
        takes="a list of [milestone, value]",
        example="[[0, 0.1], [500, 0.01]]",
        tried=lambda curve: [tuple((t, curve.rates[t]) for t in curve.corners)] if curve.corners else [],
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "milestones_values", checked_pairs(self.milestones_values))


def lines(pairs: Sequence[tuple[int, float]]) -> LrRule:
    """The lines between (event, value) pairs in order; the first value before them, the last one after them."""
    events, values = [at for at, _ in pairs], [float(value) for _, value in pairs]
    first, last = events[0], events[-1]

    def lr_at(t: int) -> float:
        if t < first:
            return values[0]
        if t >= last:
            return values[-1]
        i = bisect_right(events, t) - 1
        begin, value = events[i], values[i]
        return value + (values[i + 1] - value) * (t - begin) / (events[i + 1] - begin)

    return lr_at


def checked_pairs(pairs: Any) -> tuple[tuple[int, float], ...]:
    """The pairs (event, value), where ignite takes them."""
    field = "milestones_values"
    if not isinstance(pairs, (tuple, list)):
        raise refuses("TypeError", "milestones_values should be a list", field, pairs)
    if not pairs:
        raise refuses("ValueError", "milestones_values should have at least one value", field, pairs)
    before = None
    for pair in pairs:
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise refuses("ValueError", "milestones_values should be a list of pairs", field, pair)
        if not isinstance(pair[0], int) or isinstance(pair[0], bool):
            raise refuses("TypeError", "a milestone should be an integer", field, pair[0])
        if not isinstance(pair[1], (int, float)) or isinstance(pair[1], bool):
            raise refuses("TypeError", "a value should be a number", field, pair[1])
        if before is not None and pair[0] < before:
            raise refuses("ValueError", f"milestones should increase: {pair[0]} after {before}", field, pair[0])
        before = pair[0]
    return tuple((at, value) for at, value in pairs)


@dataclass(frozen=True, kw_only=True)
class IgnitePiecewiseLinear(Milestones, IgniteOfGroup):
    """Go in lines from one milestone's value to the next one's.

    lr(t) = v_k + (v_(k+1) - v_k) * (t - m_k) / (m_(k+1) - m_k)    for m_k <= t < m_(k+1)
            v_0 before the first milestone, the last value after the last one

    Two milestones at one event are a jump.

    >>> line = IgnitePiecewiseLinear(milestones_values=((1, 0.1), (5, 0.2)))
    >>> [round(line.lr_at(t, 0.0), 4) for t in (0, 1, 3, 5, 6)]
    [0.1, 0.1, 0.15, 0.2, 0.2]

    Source: ignite.handlers.PiecewiseLinear (run in 0.5.5).
    """

    name = "ignite.PiecewiseLinear"
    sets_lr = True

    def rule(self, base_lr: float) -> LrRule:
        return (lambda t: base_lr) if self.is_idle else lines(self.milestones_values)

    def marks(self) -> CurveMarks:
        for at in dict.fromkeys(at for at, _ in self.milestones_values):
            yield at, "milestone"


@dataclass(frozen=True, kw_only=True)
class IgniteState(FrameworkSchedule):
    """A value of the engine's state; row t is what event t + 1 sets, the first that there is."""

    sets_lr = True

    param_name: str | None = text(None, doc="the attribute of the engine's state", optional=True)
    save_history: bool = flag(
        False, doc="whether the engine's state keeps the values; it changes nothing here", tried=untried
    )
    create_new: bool = flag(False, doc="whether the attribute is a new one; it changes nothing here")

    def notes(self) -> Iterator[Problem]:
        what = f"{self.name} sets engine.state.{self.param_name or 'PARAM_NAME'}, and not the optimizer's learning rate"
        yield Problem("no-lr", what)


@dataclass(frozen=True, kw_only=True)
class IgniteDecayingState(IgniteState):
    """A value that is multiplied by gamma."""

    initial_value: float = number(doc="the value of event 0, which no row has", example="0.1")
    gamma: float = number(doc="the factor", example="0.9")


@dataclass(frozen=True, kw_only=True)
class IgnitePiecewiseLinearStateScheduler(Milestones, IgniteState):
    """Set a value of the engine's state in lines from one milestone's value to the next one's.

    value(t) = v_k + (v_(k+1) - v_k) * (t + 1 - m_k) / (m_(k+1) - m_k)    for m_k <= t + 1 < m_(k+1)

    >>> line = IgnitePiecewiseLinearStateScheduler(milestones_values=((1, 0.1), (5, 0.2)))
    >>> [round(line.lr_at(t, 0.0), 4) for t in (0, 2, 4, 5)]
    [0.1, 0.15, 0.2, 0.2]

    Source: ignite.handlers.PiecewiseLinearStateScheduler (run in 0.5.5).
    """

    name = "ignite.PiecewiseLinearStateScheduler"

    def rule(self, base_lr: float) -> LrRule:
        line = lines(self.milestones_values)
        return lambda t: line(t + 1)

    def marks(self) -> CurveMarks:
        for at in dict.fromkeys(at for at, _ in self.milestones_values):
            yield at - 1, "milestone"


@dataclass(frozen=True, kw_only=True)
class IgniteExpStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma at each event.

    value(t) = initial_value * gamma**(t + 1)

    >>> decay = IgniteExpStateScheduler(initial_value=8.0, gamma=0.5)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2)]
    [4.0, 2.0, 1.0]

    Source: ignite.handlers.ExpStateScheduler (run in 0.5.5).
    """

    name = "ignite.ExpStateScheduler"

    gamma: float = number(doc="the factor", example="0.999")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma = float(self.initial_value), self.gamma
        return lambda t: first * gamma ** (t + 1)


@dataclass(frozen=True, kw_only=True)
class IgniteStepStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma every step_size events.

    value(t) = initial_value * gamma**((t + 1) // step_size)

    >>> steps = IgniteStepStateScheduler(initial_value=8.0, gamma=0.5, step_size=2)
    >>> [steps.lr_at(t, 0.0) for t in (0, 1, 2, 3)]
    [8.0, 4.0, 4.0, 2.0]

    Source: ignite.handlers.StepStateScheduler (run in 0.5.5).
    """

    name = "ignite.StepStateScheduler"

    step_size: float = length(doc="events of a step", any_number=True, example="1000")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma, size = float(self.initial_value), self.gamma, self.step_size
        return lambda t: first * gamma ** ((t + 1) // size)

    def turns(self, t: int) -> CurveMarks:
        yield next_multiple(t + 1, self.step_size) - 1 if self.step_size > 0 else t, f"step x{self.gamma:g}"


@dataclass(frozen=True, kw_only=True)
class IgniteMultiStepStateScheduler(IgniteDecayingState):
    """Multiply a value of the engine's state by gamma at each milestone, one row before it.

    value(t) = initial_value * gamma**(number of milestones <= t + 1)

    >>> steps = IgniteMultiStepStateScheduler(initial_value=8.0, gamma=0.5, milestones=(2, 4))
    >>> [steps.lr_at(t, 0.0) for t in range(5)]
    [8.0, 4.0, 4.0, 2.0, 2.0]

    Source: ignite.handlers.MultiStepStateScheduler (run in 0.5.5).
    """

    name = "ignite.MultiStepStateScheduler"

    milestones: tuple[float, ...] = positions(doc="the events at which it decays, in order", example="[3000, 6000]")

    def rule(self, base_lr: float) -> LrRule:
        first, gamma, milestones = float(self.initial_value), self.gamma, self.milestones
        return lambda t: first * gamma ** bisect_right(milestones, t + 1)

    def marks(self) -> CurveMarks:
        for milestone in self.milestones:
            yield milestone - 1, f"milestone x{self.gamma:g}"


@dataclass(frozen=True, kw_only=True)
class IgniteLambdaStateScheduler(IgniteState):
    """Set a value of the engine's state to what a function of the event gives; t in it is the event, 1 at row 0.

    value(t) = lambda_obj(t + 1)

    >>> IgniteLambdaStateScheduler(lambda_obj=Expression("8 * 0.5 ** t")).lr_at(0, 0.0)
    4.0

    Source: ignite.handlers.LambdaStateScheduler (run in 0.5.5).
    """

    name = "ignite.LambdaStateScheduler"
    irregular = True  # an expression may do anything

    lambda_obj: Expression = expression(
        doc="the value, an arithmetic expression of t, the number of the event", example='"0.1 * 0.5 ** (t // 1000)"'
    )

    def rule(self, base_lr: float) -> LrRule:
        function = self.lambda_obj.function
        return lambda t: float(function(t + 1))
