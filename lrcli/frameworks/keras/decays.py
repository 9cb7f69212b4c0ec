"""Keras' decays and its constant pieces, and the float type in which its schedules are computed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from lrcli.errors import InvalidValue, Problem
from lrcli.frameworks._float32 import FloatTyped
from lrcli.frameworks.schedule import above
from lrcli.schedules import CurveMarks, are_numbers, choice, data, dataclass, flag, length, number, positions, untried
from lrcli.schedules.turns import next_turn

ONE_RATE = "has one learning rate: Keras has none for each parameter group"


@dataclass(frozen=True, kw_only=True)
class KerasTyped(FloatTyped):
    """A schedule that is computed in one float type for all parameter groups."""

    one_rate = ONE_RATE

    dtype: str = choice(
        "float32",
        "float32",
        "float64",
        doc="the type of the arithmetic; float64 is keras.config.set_floatx('float64')",
        tried=untried,
    )


@dataclass(frozen=True, kw_only=True)
class KerasSchedule(KerasTyped):
    """A schedule from an initial learning rate. A whole number there (1 for 1.0) cuts other arguments, too."""

    own_rate = "initial_learning_rate"

    initial_learning_rate: float | None = number(None, doc="the learning rate at the start", optional=True)

    def check_values(self) -> None:
        if self.is_whole and self.dtype == "float64":
            raise InvalidValue("initial_learning_rate", f"must be {self.initial_learning_rate}.0 with float64", None)

    @property
    def is_whole(self) -> bool:
        """Whether Keras takes the learning rate, and every argument that it casts to its type, for an integer."""
        return isinstance(self.initial_learning_rate, int)

    def initial(self, base_lr: float) -> float:
        """The initial learning rate, in its type."""
        return self.width.nearest(self.rate(base_lr))

    def cast(self, value: float) -> float:
        """An argument that is cast to the type of the learning rate."""
        return float(int(value)) if self.is_whole else self.width.nearest(value)

    @property
    def pi(self) -> float:
        return self.cast(math.pi)

    def notes(self) -> Iterator[Problem]:
        if self.is_whole:
            rate = self.initial_learning_rate
            what = "initial_learning_rate is a whole number, and Keras cuts the other arguments to whole numbers"
            yield Problem("whole-number", f"{self.name}: {what}", help=f"Write {rate}.0")


@dataclass(frozen=True, kw_only=True)
class KerasDecaying(KerasSchedule):
    """A schedule that decays over every decay_steps, smoothly or in steps."""

    decay_steps: float = length(doc="steps of one decay", any_number=True, fills="run", demands=(above(0),))
    decay_rate: float = number(doc="factor of one decay", example="0.96")
    staircase: bool = flag(False, doc="whether it decays in steps")

    def decays(self, steps: Sequence[int]) -> list[float]:
        """How many decays there are at these steps."""
        to, size = self.width.to, self.cast(self.decay_steps)
        decays = to([c / size for c in to(list(steps))])
        return list(map(math.floor, decays)) if self.staircase else decays

    def turns(self, t: int) -> CurveMarks:
        if self.staircase:
            yield next_turn(t, self.decay_steps, self.decay_steps), "decay"


@dataclass(frozen=True, kw_only=True)
class KerasExponentialDecay(KerasDecaying):
    """Multiply the learning rate by decay_rate over every decay_steps: smoothly, or in steps with staircase.

    lr(t) = initial_learning_rate * decay_rate ** (t / decay_steps)

    With staircase the exponent is rounded down.

    >>> decay = KerasExponentialDecay(initial_learning_rate=0.1, decay_steps=2, decay_rate=0.5)
    >>> [decay.lr_at(t, 0.0) for t in (0, 1, 2)]
    [0.10000000149011612, 0.0707106813788414, 0.05000000074505806]

    Source: keras.optimizers.schedules.ExponentialDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.ExponentialDecay"

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        to, power = self.width.to, self.width.pow
        lr, rate = self.initial(base_lr), self.cast(self.decay_rate)
        factors = self.width.flush(to([power(rate, decays) for decays in self.decays(steps)]))
        return self.width.flush(to([lr * factor for factor in factors]))

    def turns(self, t: int) -> CurveMarks:
        return ((at, f"decay x{self.decay_rate:g}") for at, _ in super().turns(t))


@dataclass(frozen=True, kw_only=True)
class KerasInverseTimeDecay(KerasDecaying):
    """Divide the learning rate by 1 + decay_rate * t / decay_steps: smoothly, or in steps with staircase.

    lr(t) = initial_learning_rate / (1 + decay_rate * (t / decay_steps))

    With staircase t / decay_steps is rounded down.

    >>> decay = KerasInverseTimeDecay(initial_learning_rate=0.1, decay_steps=2, decay_rate=1.0)
    >>> [decay.lr_at(t, 0.0) for t in (0, 2)]
    [0.10000000149011612, 0.05000000074505806]

    Source: keras.optimizers.schedules.InverseTimeDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.InverseTimeDecay"

    decay_rate: float = number(doc="how much the divisor grows with one decay", example="0.5")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        to = self.width.to
        lr, rate = self.initial(base_lr), self.cast(self.decay_rate)
        divisors = to([1 + grown for grown in to([rate * decays for decays in self.decays(steps)])])
        return to([lr / divisor for divisor in divisors])


@dataclass(frozen=True, kw_only=True)
class KerasPolynomialDecay(KerasSchedule):
    """Fall along a polynomial to end_learning_rate over decay_steps, and stay there.

    lr(t) = (initial_learning_rate - end_learning_rate) * (1 - min(t, decay_steps) / decay_steps) ** power
            + end_learning_rate

    With cycle, decay_steps grows to the next multiple of it that is not below t, and the curve climbs again: at a
    multiple itself it is at the end.

    >>> decay = KerasPolynomialDecay(initial_learning_rate=0.1, decay_steps=4, end_learning_rate=0.0)
    >>> [decay.lr_at(t, 0.0) for t in (0, 2, 4, 5)]
    [0.10000000149011612, 0.05000000074505806, 0.0, 0.0]

    Source: keras.optimizers.schedules.PolynomialDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.PolynomialDecay"

    decay_steps: float = length(doc="steps of the decay", any_number=True, fills="run", demands=(above(0),))
    end_learning_rate: float = number(0.0001, doc="the learning rate at the end")
    power: float = number(1.0, doc="the exponent; 1 is a line")
    cycle: bool = flag(False, doc="whether it begins again from where a longer decay would be")

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        to, nearest, power = self.width.to, self.width.nearest, self.width.pow
        lr, end, exponent = self.initial(base_lr), self.cast(self.end_learning_rate), self.cast(self.power)
        size = self.cast(self.decay_steps)
        counts = to(list(steps))
        if self.cycle:
            whole = nearest(self.decay_steps)
            factors = [math.ceil(share) if share else 1 for share in to([c / whole for c in counts])]
            sizes = to([size * factor for factor in factors])
            shares = to([c / n for c, n in zip(counts, sizes, strict=True)])
        else:
            shares = to([min(c, size) / size for c in counts])
        drop = nearest(lr - end)
        left = to([power(rest, exponent) for rest in to([1 - share for share in shares])])
        return to([part + end for part in to([drop * rest for rest in left])])

    def marks(self) -> CurveMarks:
        if not self.cycle:
            yield self.decay_steps, "decay ends"

    def turns(self, t: int) -> CurveMarks:
        if self.cycle:
            for start in (t, max(t - 1, 0)):
                at = next_turn(start, self.decay_steps, self.decay_steps)
                yield from ((at, ""), (at + 1, ""))


@dataclass(frozen=True, kw_only=True)
class KerasPiecewiseConstantDecay(KerasTyped):
    """Go from value to value after each boundary: a boundary itself still has the value before it.

    lr(t) = values[0]                for t <= boundaries[0]
            values[i]                for boundaries[i - 1] < t <= boundaries[i]
            values[-1]               for t > boundaries[-1]

    Boundaries are cut to whole steps. Where they are not in order, Keras adds up every value whose piece holds t.

    >>> pieces = KerasPiecewiseConstantDecay(boundaries=(2, 4), values=(1.0, 0.5, 0.1))
    >>> [pieces.lr_at(t, 0.0) for t in (0, 2, 3, 4, 5)]
    [1.0, 1.0, 0.5, 0.5, 0.10000000149011612]

    Source: keras.optimizers.schedules.PiecewiseConstantDecay (run in 3.15.1, eagerly, with jax).
    """

    name = "keras.PiecewiseConstantDecay"
    sets_lr = True

    boundaries: tuple[float, ...] = positions(doc="the last step of each piece but the last", example="[1000, 2000]")
    values: Any = data(
        doc="the learning rate of each piece",
        takes="a list of numbers",
        test=are_numbers,
        example="[0.1, 0.01, 0.001]",
        tried=lambda curve: [tuple(curve.pieces)],
    )

    def check_values(self) -> None:
        values = self.values
        reason = f"boundaries must be one fewer than values, {len(values) - 1} here"
        self.require(len(self.boundaries) == len(values) - 1, reason, "boundaries")
        self.require(bool(self.boundaries), "boundaries must hold one at least", "boundaries", "IndexError")

    @property
    def edges(self) -> list[int]:
        """The boundaries in the type of the step, a whole number."""
        return [int(at) for at in self.boundaries]

    def lrs_at(self, base_lr: float, steps: Sequence[int]) -> list[float]:
        to, edges = self.width.to, self.edges
        values = [v if isinstance(v, int) else self.width.nearest(v) for v in self.values]
        # Keras's order: the first piece, the last, then those between them
        pieces = [(-1, edges[0], values[0]), (edges[-1], None, values[-1])]
        pieces += [(low, high, value) for (low, high), value in zip(pairwise(edges), values[1:-1], strict=True)]
        totals = [0.0] * len(steps)
        for low, high, value in pieces:
            inside = [t > low and (high is None or t <= high) for t in steps]
            if any(inside):
                totals = to([total + value if here else total for total, here in zip(totals, inside, strict=True)])
        return totals

    def marks(self) -> CurveMarks:
        for i, at in enumerate(self.edges):
            yield at + 1, f"piece {i + 2}"

    def notes(self) -> Iterator[Problem]:
        if self.edges != sorted(self.edges):
            what = "boundaries are not in order: Keras adds up every value whose piece holds t"
            yield Problem("unsorted", f"{self.name}: {what}")
