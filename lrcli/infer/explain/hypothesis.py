"""An explanation as a value: a source, a clock and a factor, and the causes that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from lrcli.infer.costs import EXTRA
from lrcli.infer.keys import Change
from lrcli.infer.transforms import STRAIGHT, Clock, RateSource
from lrcli.logs import Rounding
from lrcli.logs.rounding import quantise
from lrcli.values import dataclass

Untouched = Literal["", "clock", "factor", "all"]


@dataclass(frozen=True)
class Part:
    """One cause with its parameters: `key` names the entry of the knowledge base, `form` says it in a formula.

    cost: what it takes to believe it. params: how many numbers were taken from the log. changes: the keys of the spec
    that have other values.
    """

    key: str
    form: str
    cost: float
    params: int = 1
    detail: str = ""
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Hypothesis:
    """What the log would hold if these causes, and no others, were at work.

    predicted(t) = factor * source(clock(t)), the factor from position `factor_from` on. mean: makes the means of a
    source that each row shows, where the spec says that a log shows means of epochs. rounding: how the log writes
    them. wrong: what single rows hold instead.
    """

    source: RateSource
    clock: Clock = STRAIGHT
    factor: float = 1.0
    factor_from: int = 0
    parts: tuple[Part, ...] = ()
    mean: Callable[[RateSource], RateSource] | None = None
    rounding: Rounding | None = None
    wrong: tuple[tuple[int, float], ...] = ()

    def at(self, positions: Sequence[int]) -> list[float]:
        """The predicted learning rate at each position."""
        source = self.mean(self.source) if self.mean else self.source
        rates = source(self.clock.times(positions))
        c, begin, wrong = self.factor, self.factor_from, dict(self.wrong)
        if c != 1.0:
            rates = [c * rate if t >= begin else rate for t, rate in zip(positions, rates, strict=True)]
        if self.rounding:
            rates = [quantise(rate, self.rounding) for rate in rates]
        return [wrong.get(t, rate) for t, rate in zip(positions, rates, strict=True)] if wrong else rates

    def leaves(self, what: Untouched) -> bool:
        """Whether the clock, the factor, or all is left alone."""
        untouched = {"": True, "clock": self.clock is STRAIGHT, "factor": self.factor == 1.0, "all": not self.parts}
        return untouched[what]

    @property
    def cost(self) -> float:
        """How much it takes to believe it: each further cause costs extra."""
        return sum(part.cost for part in self.parts) + EXTRA["a further cause"] * max(len(self.parts) - 1, 0)

    @property
    def params(self) -> int:
        """How many numbers were taken from the log."""
        return sum(part.params for part in self.parts)

    @property
    def forms(self) -> tuple[str, ...]:
        """Its causes in formulas, which tell it from others."""
        return tuple(part.form for part in self.parts)

    @property
    def keys(self) -> list[str]:
        """The names of its causes."""
        return [part.key for part in self.parts]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The keys of the spec that have other values, beside whatever else."""
        return tuple(change for part in self.parts for change in part.changes)
