"""The values of one key with which a schedule has the wanted learning rates at some rows.

The learning rate is linear in most numbers (lr, eta_min, max_lr, a factor): those follow from two evaluations, as an
interval. Of the others (lengths, gamma, power) it goes up or down piece by piece: the pieces are found on a grid, and
halved until the rows agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from lrcli.infer.keys.key import Key
from lrcli.infer.limits import (
    COARSE,
    FARTHEST_STEP,
    FARTHEST_WHOLE,
    NO_MIDDLE,
    NO_NUMBER,
    NOISE,
    SAME_LINE,
    SHARE_OF_ZERO,
    SINGLE_DIGITS,
    SINGLE_LINE,
    SMALL,
)
from lrcli.infer.numbers import agreed, rounded, simplest, simplest_whole
from lrcli.infer.rows import Rows
from lrcli.infer.usual import USUAL_MULTIPLES

RatesOfValue = Callable[[float], "Sequence[float] | None"]


class Solver:
    """Solves for one key: `values` gives the learning rates of the rows with the key at a value, or None.

    near: numbers worth a try (rows at which the log changes, the length of the run). strict: whether every row
    has to be met, not only nearly all.
    """

    def __init__(
        self, key: Key, values: RatesOfValue, wanted: Rows, near: Sequence[float] = (), *, strict: bool = False
    ) -> None:
        self.key, self.wanted, self.near = key, wanted, near
        self.most_wrong = 0 if strict else wanted.most_wrong
        self._values = values
        self._known: dict[float, list[int] | None] = {}

    def likely(self) -> list[float]:
        """Those of the near values that meet nearly all rows, or else any that do."""
        return [*self.shown()] or [*self.solutions()]

    def solutions(self) -> Iterator[float]:
        """The values that meet nearly all rows, the simplest of each interval of them."""
        if self.key.kind != "whole" and (line := self._line()) is not None:
            value = self._on_line(*line)
            if value is None:
                return
            if self.met(value):
                yield value
                return  # else it is a line but for the rounding of a framework
        yield from self.simplified(self._points())

    def shown(self) -> Iterator[float]:
        """Those of the near values that meet nearly all rows."""
        return self.simplified(float(value) for value in self.near if self.met(value))

    def simplified(self, values: Iterable[float]) -> Iterator[float]:
        """The simplest value of each interval of them that are right."""
        seen: set[float] = set()
        for value in values:
            simple = self._whole(value) if self.key.kind == "whole" else next(filter(self.met, rounded(value)), value)
            if simple not in seen:
                seen.add(simple)
                yield simple

    def met(self, value: float) -> bool:
        """Whether nearly all rows are right with a value."""
        signs = self.signs(value)
        return signs is not None and self._right(signs)

    def _right(self, signs: Sequence[int]) -> bool:
        return sum(map(bool, signs)) <= self.most_wrong

    def signs(self, value: float) -> list[int] | None:
        """What `Rows.signs` says of a value of the key; None where the spec has no such value."""
        if value not in self._known:
            computed = self._values(value) if self._allowed(value) else None
            self._known[value] = None if computed is None else self.wanted.signs(computed)
        return self._known[value]

    def _allowed(self, value: float) -> bool:
        above, least = self.key.above, self.key.at_least
        return math.isfinite(value) and (above is None or value > above) and (least is None or value >= least)

    def _line(self) -> tuple[list[float], list[float], float] | None:
        """(the learning rates with the key at 0, what they change by for each 1, their error) if they are linear in it.

        The error is a share of a learning rate, 0 but for the rounding of a framework.
        """
        now = self.key.number
        unit = now if now else max(map(abs, self.wanted.values), default=0.0)
        if not unit or not math.isfinite(unit):
            return None
        points = [(value, self._values(value)) for value in (now, now + unit / 2, now + unit / 4)]
        (a, at_a), (b, at_b), (c, at_c) = points
        if at_a is None or at_b is None or at_c is None:
            return None
        slopes = [(y - x) / (b - a) for x, y in zip(at_a, at_b, strict=True)]
        error = 0.0
        for x, z, slope in zip(at_a, at_c, slopes, strict=True):
            gap, scale = abs(x + slope * (c - a) - z), max(abs(x), abs(z), abs(slope * unit))
            if not gap <= SINGLE_LINE * scale:
                return None
            error = error if gap <= SAME_LINE * scale else SINGLE_LINE
        return [x - slope * a for x, slope in zip(at_a, slopes, strict=True)], slopes, error

    def _on_line(self, base: Sequence[float], slopes: Sequence[float], error: float) -> float | None:
        """The value that most rows ask for, as simple as they allow."""
        wanted = zip(self.wanted.values, self.wanted.slack, strict=True)
        rows = zip(base, slopes, ((y, s + error * abs(y)) for y, s in wanted), strict=True)
        intervals = [((y - s - x) / slope, (y + s - x) / slope) for x, slope, (y, s) in rows if abs(slope) > NO_NUMBER]
        intervals = [(low, high) for low, high in intervals if math.isfinite(low) and math.isfinite(high)]
        low, high, agreeing = agreed(intervals)
        if not intervals or agreeing < len(intervals) - self.most_wrong:
            return None
        value = simplest(low, high)
        return value if abs(value) > SAME_LINE * abs(self.key.number) else 0.0

    def _grid(self) -> list[float]:
        """Values all over, in order: near enough for the rows to change sides between two of them."""
        now = self.key.number
        if self.key.kind == "whole":
            values: set[float] = {*self.near, *range(1, SMALL if now < SMALL else 1), 0}
            now = now or SMALL
            values.update(round(now * k) for k in USUAL_MULTIPLES)
            values.update(round(now) + d for d in (-2, -1, 1, 2))
            values.update(round(now * 10 ** (j / 8)) for j in range(-14, 20))
            return sorted(float(value) for value in values if value < FARTHEST_WHOLE and self._allowed(value))
        scale = now or max(map(abs, self.wanted.values), default=0.0)
        numbers = {*self.near, *(scale * 10 ** (j / 3) for j in range(-9, 10)), 1.0, 2.0, 4.0, 10.0, 25.0}
        numbers.update(scale * k for k in USUAL_MULTIPLES)
        if 0 < now < 1:
            numbers.update(1 - (1 - now) * 10 ** (j / 3) for j in range(-9, 5))
        elif self.key.above is None and self.key.at_least is None:
            numbers.add(0.0)
        least = 0.0 if now > 0 else -math.inf  # nobody turns a gamma of 0.9 into one of -0.9
        return sorted(value for value in numbers if self._allowed(value) and value != now and value >= least)

    def _points(self) -> Iterator[float]:
        """Values that meet nearly all rows: of the grid, and between two of it where the rows change sides."""
        grid = [(value, signs) for value in self._grid() if (signs := self.signs(value)) is not None]
        last_met = False
        for (a, signs_a), (b, signs_b) in pairwise([*grid, (math.inf, [2] * len(self.wanted.values))]):
            met = self._right(signs_a)
            if met and not last_met:
                yield a
            elif not met and not self._right(signs_b):
                between = self._halved(a, signs_a, b, signs_b)
                if between is not None:
                    yield between
            last_met = met

    def _halved(self, a: float, signs_a: list[int], b: float, signs_b: list[int]) -> float | None:
        """A value between a and b that meets nearly all rows; None where the rows do not agree on one.

        The interval is cut at the simplest number of its middle half, which is what people write.
        """
        needed = COARSE * len(signs_a)
        if _straddling(signs_a, signs_b) < needed:
            return None
        short: list[float] = []
        while (middle := self._middle(a, b)) is not None:
            signs = self.signs(middle)
            if signs is None:
                return None
            if self._right(signs):
                return middle
            left, right = _straddling(signs_a, signs), _straddling(signs, signs_b)
            if max(left, right) < needed:
                return None
            if not short and self.key.kind != "whole" and b - a < NOISE * abs(b):
                short = list(rounded(middle, SINGLE_DIGITS))  # where a framework rounds, its last digits lead nowhere
                if (value := next(filter(self.met, short), None)) is not None:
                    return value
            if left >= right:
                b, signs_b = middle, signs
            else:
                a, signs_a = middle, signs
        return None

    def _middle(self, a: float, b: float) -> float | None:
        quarter = (b - a) / 4
        if self.key.kind == "whole":
            whole = float(simplest_whole(a + quarter, b - quarter) or math.floor((a + b) / 2))
            return whole if a < whole < b else None
        if b - a > NO_MIDDLE * max(abs(a), abs(b), SHARE_OF_ZERO * abs(self.key.number)):
            middle = simplest(a + quarter, b - quarter)
            return middle if a < middle < b else (a + b) / 2
        return None

    def _whole(self, value: float) -> float:
        """The roundest of the whole numbers around one that is right, all of which are right, too."""
        ends = []
        for side in (-1, 1):
            step = 1
            while self.met(value + side * step) and step < FARTHEST_STEP:
                step *= 2
            good, bad = step // 2, step
            while bad - good > 1:
                middle = (good + bad) // 2
                good, bad = (middle, bad) if self.met(value + side * middle) else (good, middle)
            ends.append(value + side * good)
        if ends[1] > FARTHEST_STEP / 2:
            ends[1] = max(2 * ends[0], value)  # nothing ever happens: no reason for a number of ten digits
        return float(simplest_whole(ends[0], ends[1]) or value)


def _straddling(a: Sequence[int], b: Sequence[int]) -> int:
    """How many rows could be right between two values: they are too low at one and too high at the other, or right."""
    return sum(x != 2 and y != 2 and (x != y or not x) for x, y in zip(a, b, strict=True))
