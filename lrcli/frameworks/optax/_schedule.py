"""What optax's schedules have in common: one learning rate for all, the float width, and the formulas they share."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Any

from lrcli.frameworks._float32 import FloatTyped, Width
from lrcli.schedules import CurveMarks, choice, dataclass, length, number, untried


@dataclass(frozen=True, kw_only=True)
class OptaxSchedule(FloatTyped):
    """A function of the count of updates, computed in one float width for all parameters."""

    one_rate = "has one learning rate: optax has none for each parameter group"

    dtype: str = choice(
        "float32", "float32", "float64", doc="the float width; float64 is jax_enable_x64", tried=untried
    )


@dataclass(frozen=True, kw_only=True)
class OptaxStarted(OptaxSchedule):
    """A schedule that begins at init_value."""

    own_rate = "init_value"

    init_value: float | None = number(None, doc="the learning rate at the start", optional=True)


@dataclass(frozen=True, kw_only=True)
class OptaxWarmed(OptaxSchedule):
    """A schedule with a linear warmup from init_value to peak_value."""

    own_rate = "peak_value"

    init_value: float = number(doc="the learning rate at the start", example="0.0")
    peak_value: float | None = number(None, doc="the learning rate after the warmup", optional=True)
    warmup_steps: float = length(doc="updates of the warmup", any_number=True, example="500")

    def climb(self, counts: Sequence[int], base_lr: float) -> list[float]:
        """The learning rates of the warmup."""
        return polynomial(self.width, counts, self.init_value, self.rate(base_lr), 1, self.warmup_steps)

    def marks(self) -> CurveMarks:
        yield self.warmup_steps, "warmup ends"


def polynomial(
    width: Width, counts: Sequence[int], init: float, end: float, power: float, steps: float, begin: float = 0
) -> list[float]:
    """Compute polynomial_schedule for these counts."""
    if steps <= 0:
        return [init] * len(counts)
    to, nearest = width.to, width.nearest
    begin, size = max(begin, 0), nearest(steps)
    rests = to([1 - share for share in to([c / size for c in to([min(max(c - begin, 0), steps) for c in counts])])])
    drop, last = nearest(init - end), nearest(end)
    parts = to([drop * rest for rest in powers(width, rests, power)])
    return to([part + last for part in parts])


def powers(width: Width, values: list[float], power: float) -> list[float]:
    """values ** power: repeated products for a Python int, pow for a float."""
    to = width.to
    if not isinstance(power, int):
        exponent = width.nearest(power)
        return to([width.pow(value, exponent) for value in values])
    rest, squares, product = abs(power), values, None
    while rest:
        if rest & 1:
            product = squares if product is None else to([a * b for a, b in zip(product, squares, strict=True)])
        rest >>= 1
        if rest:
            squares = to([value * value for value in squares])
    if product is None:
        return [1.0] * len(values)
    return product if power > 0 else to([1.0 / value for value in product])


def exponential(
    width: Width,
    counts: Sequence[int],
    init: float,
    steps: float,
    rate: float,
    begin: float = 0,
    staircase: bool = False,
    end: float | None = None,
) -> list[float]:
    """Compute exponential_decay for these counts. The quotient is a Python float, rounded once."""
    if steps <= 0 or rate == 0:
        return [init] * len(counts)
    to, nearest, flush = width.to, width.nearest, width.flush
    begin = max(begin, 0)
    since = [c - begin for c in counts]
    shares = to([n / steps for n in since])
    if staircase:
        shares = list(map(math.floor, shares))
    first, factor = nearest(init), nearest(rate)
    factors = flush(to([width.pow(factor, share) if share > 0 else 1.0 for share in shares]))
    values = flush(to([first * grown for grown in factors])) if first >= 0 else to([first * g for g in factors])
    values = [first if n <= 0 else value for n, value in zip(since, values, strict=True)]
    if end is None:
        return values
    bound, clip = nearest(end), max if rate < 1.0 else min
    return [clip(value, bound) for value in values]


def cosine(
    width: Width, counts: Sequence[int], init: float, steps: float, alpha: float, exponent: float
) -> list[float]:
    """Compute cosine_decay_schedule for these counts."""
    to, nearest, cos = width.to, width.nearest, width.cos
    pi, size = nearest(math.pi), nearest(steps)
    angles = to([angle / size for angle in to([pi * c for c in to([min(c, steps) for c in counts])])])
    waves = [0.5 * up for up in to([1 + wave for wave in to([cos(angle) for angle in angles])])]
    rest, low, first = nearest(1 - alpha), nearest(alpha), nearest(init)
    parts = to([rest * wave for wave in powers(width, waves, exponent)])
    return to([first * part for part in to([part + low for part in parts])])


def interpolated(
    width: Width, kind: str, counts: Sequence[int], init: float, scales: Mapping[float, float]
) -> list[float]:
    """Compute piecewise_interpolate_schedule for these counts."""
    to, nearest, cos = width.to, width.nearest, width.cos
    bounds = [0.0, *sorted(scales)]
    values = running_products(width, [nearest(init), *(nearest(scales[at]) for at in bounds[1:])])
    rates = [values[-1]] * len(counts)
    pi = nearest(math.pi)
    for k, (low, high) in enumerate(pairwise(bounds)):
        inside = [i for i, c in enumerate(counts) if low <= c < high]
        start, end, size = values[k], values[k + 1], nearest(max(high - low, 1))
        shares = to([n / size for n in to([counts[i] - low for i in inside])])
        if kind == "linear":
            gain = nearest(end - start)
            piece = to([part + start for part in to([gain * share for share in shares])])
        else:
            half = nearest(start - end) / 2.0
            waves = to([wave + 1 for wave in to([cos(angle) for angle in to([pi * share for share in shares])])])
            piece = to([end + part for part in to([half * wave for wave in waves])])
        for i, value in zip(inside, piece, strict=True):
            rates[i] = value
    return rates


def running_products(width: Width, values: list[float]) -> list[float]:
    """Multiply each value by all those before it, as jnp.cumprod does."""
    return list(accumulate(values, lambda product, value: width.nearest(product * value)))


def joined(width: Width, counts: Sequence[int], pieces: Sequence[tuple[float, Any]]) -> list[float]:
    """Compute join_schedules for these counts. A piece is its first count, and a function of the counts since that."""
    if len(pieces) == 1:
        return list(pieces[0][1](counts))
    begins = [begin for begin, _ in pieces[1:]]
    if begins == sorted(begins):
        edges = [0, *(bisect_left(counts, begin) for begin in begins), len(counts)]
        rates: list[float] = []
        for (begin, values), (low, high) in zip(((0, pieces[0][1]), *pieces[1:]), pairwise(edges), strict=True):
            if low < high:
                rates += values([int(c - begin) for c in counts[low:high]])
        return width.to(rates)
    return width.to([joined(width, (c,), (_last(c, pieces),))[0] for c in counts])


def _last(count: int, pieces: Sequence[tuple[float, Any]]) -> tuple[float, Any]:
    """The last piece that has begun, where the boundaries are in no order."""
    begin, values = [piece for k, piece in enumerate(pieces) if not k or count >= piece[0]][-1]
    return 0, lambda counts: values([int(c - begin) for c in counts])
