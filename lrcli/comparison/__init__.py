"""Two runs row by row: where they differ, and by how much.

Here is how far apart two columns of numbers are: the tally of a comparison, row by row.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Sequence

from lrcli.printable import number_text
from lrcli.values import dataclass

KEEP = 100_000
"""A tally keeps at most this many rows; its counts, sums and extremes are of all rows."""

_FEW_ULPS = 1000
"""Gaps up to so many doubles are told in ulps: they are rounding."""

Values = Sequence["float | None"]


@dataclass(frozen=True)
class Row:
    """One row of a comparison. A value is None where the side has no such row, or where its call raises."""

    t: int
    a: float | None
    b: float | None
    differs: bool

    @property
    def ratio(self) -> float | None:
        if self.a is None or self.b is None or not self.a:
            return None
        ratio = self.b / self.a
        return ratio if math.isfinite(ratio) else None


@dataclass(frozen=True)
class Gap:
    """How far apart the values of row t are: |a - b|, and that over the larger of the two.

    `ulps` counts the doubles from one to the other (None where one is not finite).
    """

    t: int
    a: float
    b: float
    absolute: float
    relative: float
    ulps: int | None

    @classmethod
    def of(cls, t: int, a: float, b: float) -> Gap:
        """The gap between a and b.

        >>> Gap.of(3, 0.1, 0.1 + 2**-54 * 2)
        Gap(t=3, a=0.1, b=0.10000000000000012, absolute=1.1102230246251565e-16, relative=1.1102230246251552e-15, ulps=8)
        """
        absolute = abs(a - b)
        ulps = abs(_ordinal(a) - _ordinal(b)) if math.isfinite(a) and math.isfinite(b) else None
        return cls(t, a, b, absolute, _relative(a, b, absolute), ulps)

    @property
    def is_rounding(self) -> bool:
        """Whether a few doubles are between the values."""
        return self.ulps is not None and self.ulps <= _FEW_ULPS

    @property
    def share(self) -> str:
        """The relative gap in words."""
        percent = 100 * self.relative
        return f"{number_text(percent, 3)} %" if percent >= 0.001 else f"{number_text(self.relative, 3)} of the value"

    @property
    def size(self) -> str:
        """How wide it is: in doubles where it is rounding, else absolutely and as a share."""
        return f"{self.ulps} ulp" if self.is_rounding else f"{number_text(self.absolute)} ({self.share})"


def _relative(a: float, b: float, absolute: float) -> float:
    scale = max(abs(a), abs(b))
    return absolute / scale if math.isfinite(scale) and scale else absolute


def _signs_differ(x: float | None, y: float | None) -> bool:
    return x is not None and y is not None and math.copysign(1, x) != math.copysign(1, y)


def _ordinal(value: float) -> int:
    """The double's place among all doubles: neighbours are one apart."""
    (bits,) = struct.unpack("<q", struct.pack("<d", value))
    place: int = bits
    return place if place >= 0 else -(place & 0x7FFF_FFFF_FFFF_FFFF)


def largest_value(columns: Iterable[Values]) -> float:
    largest = 0.0
    for column in columns:
        for value in column:
            if value is not None and largest < abs(value) < math.inf:
                largest = abs(value)
    return largest


class Tally:
    """Counts, extremes and sums of two columns, added window by window in the order of the rows."""

    def __init__(
        self,
        rtol: float,
        atol: float,
        exact: bool,
        context: int | None,
        allowed: Callable[[float, float], float] | None = None,
    ) -> None:
        self._allowed = allowed  # how far apart a and b may be, where that is not for rtol and atol to say
        self.rtol, self.atol, self.exact, self.context = rtol, atol, exact, context
        self.differing = self.nulls = self.only_a = self.only_b = 0
        self.first: int | None = None
        self.largest: Gap | None = None
        self.largest_relative: Gap | None = None
        self.sum_a = self.sum_b = 0.0
        self.rows: list[Row] = []
        self.truncated = False
        self._next = 0  # the first row that is not in `rows` and may still come into it
        self._wanted = 0  # rows before this one follow a row that differs closely enough to be kept
        self._tail: tuple[Values, Values] = ((), ())  # the last rows of the window before, as context of the next

    def add(self, t: int, xs: Values, ys: Values) -> None:
        """Rows t, t + 1, ... that both sides have."""
        self.sum_a += _sum(xs)
        self.sum_b += _sum(ys)
        differs = self._differing(t, xs, ys)
        if differs and self.first is None:
            self.first = differs[0]
        self.differing += len(differs)
        self._keep(t, xs, ys, differs)

    def add_single(self, t: int, values: Values, *, in_a: bool) -> None:
        """Rows t, t + 1, ... that only one side has."""
        xs: Values = values if in_a else [None] * len(values)
        ys: Values = [None] * len(values) if in_a else values
        self.only_a += len(values) * in_a
        self.only_b += len(values) * (not in_a)
        self.sum_a += _sum(xs)
        self.sum_b += _sum(ys)
        self._keep(t, xs, ys, range(t, t + len(values)))

    def _differing(self, t: int, xs: Values, ys: Values) -> list[int]:
        """The rows that differ. The extremes are of all that are apart at all."""
        if type(xs) is not type(ys):  # the array of a log and a list, which equal nothing of each other's type
            xs, ys = list(xs), list(ys)
        if xs == ys and not (self.exact and 0.0 in xs):  # -0.0 equals 0.0, but not to the bit
            return []
        rtol, atol, exact, allowed = self.rtol, self.atol, self.exact, self._allowed
        rows = []
        widest = self.largest.absolute if self.largest else -1.0
        widest_relative = self.largest_relative.relative if self.largest_relative else -1.0
        for n, (x, y) in enumerate(zip(xs, ys, strict=True), t):
            if x == y and not (exact and x == 0 and _signs_differ(x, y)):
                continue
            if x is None or y is None:
                self.nulls += 1
                rows.append(n)
                continue
            if x != x or y != y:
                if x == x or y == y:
                    rows.append(n)
                continue
            absolute = abs(x - y)
            scale = max(abs(x), abs(y))
            limit = max(rtol * scale, atol) if allowed is None else allowed(x, y)
            if exact or absolute > limit or scale == math.inf:
                rows.append(n)
            if absolute > widest:
                widest = absolute
                self.largest = Gap.of(n, x, y)
            relative = _relative(x, y, absolute)
            if relative > widest_relative:
                widest_relative = relative
                self.largest_relative = Gap.of(n, x, y)
        return rows

    def _keep(self, t: int, xs: Values, ys: Values, differs: Sequence[int]) -> None:
        stop = t + len(xs)
        if self.context is None:
            self._extend(t, xs, ys, t, stop, set(differs))
            return
        before, context = self._tail, self.context
        begin = t - len(before[0])
        if differs or self._wanted > t:
            a, b = [*before[0], *xs], [*before[1], *ys]
            marked = set(differs)
            self._extend(begin, a, b, self._next, min(self._wanted, stop), marked)
            for n in differs:
                self._extend(begin, a, b, max(self._next, n - context, begin), min(n + context + 1, stop), marked)
                self._wanted = n + context + 1
        if context:
            self._tail = ([*before[0], *xs][-context:], [*before[1], *ys][-context:])

    def _extend(self, begin: int, xs: Values, ys: Values, low: int, high: int, differs: set[int]) -> None:
        """Keep the rows low <= t < high of columns that begin with row `begin`."""
        if low >= high:
            return
        self._next = high
        for t in range(low, high):
            if len(self.rows) >= KEEP:
                self.truncated = True
                return
            self.rows.append(Row(t, xs[t - begin], ys[t - begin], t in differs))


def _sum(values: Values) -> float:
    try:
        return math.fsum(values)  # type: ignore[arg-type]
    except (TypeError, OverflowError, ValueError):  # a None, a sum beyond the largest double, inf - inf
        return sum(value for value in values if value is not None)
